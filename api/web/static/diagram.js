// Draws the diagrams of a page: the live steps with the number of their tokens, and the completed path.
// The logo of bpmn.io stays visible: its licence asks for it.
(function () {
  "use strict";

  function badge(className, text) {
    var node = document.createElement("div");
    node.className = className;
    node.textContent = text;
    return node;
  }

  function marked(viewer, elements, className, place) {
    var canvas = viewer.get("canvas");
    var registry = viewer.get("elementRegistry");
    var overlays = viewer.get("overlays");
    Object.keys(elements).forEach(function (id) {
      if (!registry.get(id)) {
        return;
      }
      canvas.addMarker(id, className);
      overlays.add(id, { position: place, html: badge(className === "current" ? "token" : "times", String(elements[id])) });
    });
  }

  // Where a process is held up: how many wait at a step, and how long the middle one of them has.
  function loaded(viewer, loads, bottleneck) {
    var registry = viewer.get("elementRegistry");
    Object.keys(loads).forEach(function (id) {
      if (!registry.get(id)) {
        return;
      }
      var isWorst = id === bottleneck;
      if (isWorst) {
        viewer.get("canvas").addMarker(id, "bottleneck");
      }
      var label = badge(isWorst ? "load slow" : "load", loads[id]);
      viewer.get("overlays").add(id, { position: { top: -12, left: 4 }, html: label });
    });
  }

  // What a check or a comparison says of single elements: added, removed, changed, wrong, doubtful.
  function coloured(viewer, marks) {
    var canvas = viewer.get("canvas");
    var registry = viewer.get("elementRegistry");
    Object.keys(marks).forEach(function (id) {
      if (registry.get(id)) {
        canvas.addMarker(id, "mark-" + marks[id]);
      }
    });
  }

  // The diagram of an address, or the one that the page itself brings along (one that is not deployed).
  function source(box) {
    if (box.dataset.diagramFrom) {
      return Promise.resolve(document.getElementById(box.dataset.diagramFrom).value);
    }
    return fetch(box.dataset.diagram, { credentials: "same-origin" })
      .then(function (answer) {
        if (!answer.ok) {
          throw new Error(String(answer.status));
        }
        return answer.text();
      });
  }

  function draw(box) {
    var viewer = new window.BpmnJS({ container: box });
    return source(box)
      .then(function (xml) { return viewer.importXML(xml); })
      .then(function () {
        var canvas = viewer.get("canvas");
        marked(viewer, JSON.parse(box.dataset.completed || "{}"), "done", { bottom: 8, left: 8 });
        marked(viewer, JSON.parse(box.dataset.tokens || "{}"), "current", { top: -14, right: 14 });
        loaded(viewer, JSON.parse(box.dataset.loads || "{}"), box.dataset.bottleneck);
        coloured(viewer, JSON.parse(box.dataset.marks || "{}"));
        canvas.zoom("fit-viewport", "auto");
        canvas.zoom(canvas.zoom() * 0.95);
        box.dataset.drawn = "yes";
      })
      .catch(function () { box.textContent = box.dataset.failed; });
  }

  function begin(box) {
    if (!box.dataset.begun && box.offsetParent !== null) {
      box.dataset.begun = "yes";
      draw(box);
    }
  }

  document.addEventListener("DOMContentLoaded", function () {
    var boxes = document.querySelectorAll("[data-diagram], [data-diagram-from]");
    boxes.forEach(begin);
    document.addEventListener("toggle", function () { boxes.forEach(begin); }, true);
  });
})();
