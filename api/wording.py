"""What the schemas' library refuses, said in Vietnamese: what was expected, in words that help to mend it.

Rule: a message that is not known here is never passed on in English to a Vietnamese reader.
"""

from __future__ import annotations

import re

_REQUIRED, _UNDECLARED, _VALUE = "required", "undeclared", "value"
_OTHER = (_VALUE, "Giá trị không hợp lệ.")
_KNOWN = {
    "Unknown field.": (_UNDECLARED, "Không có trường này."),
    "Missing data for required field.": (_REQUIRED, "Trường này là bắt buộc."),
    "Field may not be null.": (_REQUIRED, "Trường này không được để trống."),
    "Not a valid string.": (_VALUE, "Phải là văn bản."),
    "Not a valid integer.": (_VALUE, "Phải là số nguyên."),
    "Not a valid number.": (_VALUE, "Phải là số."),
    "Number too large.": (_VALUE, "Số quá lớn."),
    "Not a valid boolean.": (_VALUE, "Phải là true hoặc false."),
    "Not a valid date.": (_VALUE, "Phải là ngày dạng YYYY-MM-DD, từ 1900 đến 2999, ví dụ 2026-11-25."),
    "Not a valid datetime.": (
        _VALUE,
        "Phải là thời điểm ISO 8601 kèm múi giờ, từ 1900 đến 2999, ví dụ 2026-11-25T08:00:00+07:00.",
    ),
    "Not a valid aware datetime.": (_VALUE, "Thời điểm phải kèm múi giờ, ví dụ 2026-11-25T08:00:00+07:00."),
    "Not a valid list.": (_VALUE, "Phải là danh sách."),
    "Not a valid mapping type.": (_VALUE, "Phải là đối tượng JSON."),
    "Invalid input type.": (_VALUE, "Phải là đối tượng JSON."),
    "Not a valid email address.": (_VALUE, "Phải là địa chỉ thư điện tử."),
    "Not a valid URL.": (_VALUE, "Phải là địa chỉ URL."),
    "String does not match expected pattern.": (_VALUE, "Không đúng mẫu ký tự cho phép."),
    "It must be an object or a plain value.": (_VALUE, "Phải là đối tượng JSON hoặc một giá trị đơn."),
    "A task stands in the list twice.": (_VALUE, "Một công việc có hai lần trong danh sách."),
    "A password needs a user name.": (_VALUE, "Mật khẩu cần đi kèm tên đăng nhập."),
}
_PATTERNS = (
    (r"Must be one of: (.*)\.", "Phải là một trong: {0}."),
    (r"Must be equal to (.*)\.", "Phải là: {0}."),
    (r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.", "Phải từ {0} đến {1}."),
    (r"Must be greater than or equal to (\S+)\.", "Không được nhỏ hơn {0}."),
    (r"Must be less than or equal to (\S+)\.", "Không được lớn hơn {0}."),
    (r"Length must be between (\d+) and (\d+)\.", "Phải có từ {0} đến {1} ký tự hoặc mục."),
    (r"Shorter than minimum length (\d+)\.", "Phải có ít nhất {0} ký tự hoặc mục."),
    (r"Longer than maximum length (\d+)\.", "Chỉ được có tối đa {0} ký tự hoặc mục."),
)


def refusal(message: str) -> tuple[str, str]:
    """The rule that was broken, and the message in Vietnamese."""
    if message in _KNOWN:
        return _KNOWN[message]
    for pattern, wording in _PATTERNS:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return _VALUE, wording.format(*found.groups())
    return _OTHER
