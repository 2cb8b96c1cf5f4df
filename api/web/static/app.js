// Small comforts for every page; each page works without them.
(function () {
  "use strict";

  // “/” goes to the search of a list, as people know it from elsewhere.
  document.addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
    var search = document.querySelector("[data-search]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.altKey && !event.metaKey && search) {
      event.preventDefault();
      search.focus();
    }
  });

  // What was refused is where the reader goes on.
  document.addEventListener("DOMContentLoaded", function () {
    var wrong = document.querySelector("[aria-invalid='true']") || document.querySelector(".problem[role='alert']");
    if (wrong) {
      wrong.focus();
    }
  });

  // A slider shows its moment as soon as it is let go.
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-moment]")) {
      event.target.form.requestSubmit();
    }
  });

  // A button that is pressed twice does its work once.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method.toLowerCase() !== "post") {
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    window.setTimeout(function () { delete form.dataset.sent; }, 4000);
  });
})();
