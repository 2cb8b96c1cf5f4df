"""Drafts of documents for tests: one of each type, as the agencies of the plan would write them."""

from __future__ import annotations

from typing import Any

from engine.documents.draft import Draft, Signer

DIRECTOR = Signer("Nguyễn Văn An", "GIÁM ĐỐC")
DEPUTY = Signer("Trần Thị Bình", "PHÓ CHỦ TỊCH", ("KT. CHỦ TỊCH",))
TABLE = {
    "head": ["TT", "Chỉ tiêu", "Kết quả"],
    "rows": [["1", "Số tin, bài, sản phẩm tuyên truyền", "1.250"], ["2", "Số hội nghị, hội thảo, sự kiện", "38"]],
    "widths": [10, 110, 40],
}
SAID: dict[str, dict[str, Any]] = {
    "ttr": {
        "agency": "svhtt",
        "subject": "Về việc khen thưởng thành tích tuyên truyền chuyển đổi số năm 2025",
        "addressees": ["Chủ tịch Ủy ban nhân dân thành phố Hà Nội"],
        "bases": ["Căn cứ Luật Thi đua, khen thưởng ngày 15/6/2022", "Căn cứ Kế hoạch số 179/KH-UBND ngày 08/7/2025"],
        "body": ["Sở Văn hóa và Thể thao trình Chủ tịch xem xét, quyết định khen thưởng & biểu dương <02> tập thể."],
        "recipients": ["Sở Nội vụ"],
        "unit": "TCPC",
    },
    "bc": {
        "agency": "svhtt",
        "subject": "Kết quả tuyên truyền về khoa học, công nghệ và chuyển đổi số quý I/2026",
        "addressees": ["Ủy ban nhân dân thành phố Hà Nội"],
        "body": [{"heading": "I. KẾT QUẢ"}, "Kết quả tổng hợp như sau:", {"table": TABLE}, "Trân trọng báo cáo."],
        "recipients": ["Văn phòng UBND Thành phố"],
        "unit": "QLVHGĐ",
    },
    "gm": {
        "agency": "svhtt",
        "subject": "Dự hội thảo về chuyển đổi số",
        "body": ["Sở Văn hóa và Thể thao trân trọng kính mời: Sở Tài chính.", "Thời gian: 8 giờ ngày 20/3/2026."],
        "recipients": ["Sở Tài chính"],
        "unit": "QLVHGĐ",
    },
    "cv": {
        "agency": "svhtt",
        "subject": "đôn đốc báo cáo quý I/2026",
        "addressees": ["Ủy ban nhân dân phường Ba Đình", "Ủy ban nhân dân xã Ba Vì"],
        "body": ["Đề nghị cơ quan gửi báo cáo trước ngày 20/3/2026."],
        "unit": "QLVHGĐ",
    },
    "qd": {
        "agency": "ubnd",
        "subject": "Về việc tặng Bằng khen của Chủ tịch Ủy ban nhân dân thành phố Hà Nội",
        "authority": "Chủ tịch Ủy ban nhân dân thành phố Hà Nội",
        "bases": ["Căn cứ Luật Tổ chức chính quyền địa phương", "Theo đề nghị của Giám đốc Sở Nội vụ"],
        "body": [
            {"article": "Điều 1.", "text": "Tặng Bằng khen cho 02 tập thể có thành tích xuất sắc."},
            {"article": "Điều 2.", "text": "Quyết định này có hiệu lực kể từ ngày ký."},
        ],
        "signer": DEPUTY,
        "first_recipient": "Như Điều 2",
        "recipients": ["Sở Nội vụ"],
        "unit": "NC",
    },
    "bb": {
        "agency": "hd-tdkt",
        "subject": "Họp Hội đồng Thi đua - Khen thưởng xét khen thưởng chuyên đề",
        "body": [
            "Thời gian bắt đầu: 08 giờ 00.",
            {"items": ["Chủ trì: Bà Trần Thị Bình;", "Thư ký: Ông Lê Văn Cường."]},
        ],
        "signer": Signer("Trần Thị Bình", "CHỦ TỌA"),
        "cosigner": Signer("Lê Văn Cường", "THƯ KÝ"),
        "recipients": ["Thành viên Hội đồng"],
    },
}


def paper(kind: str = "bc", **changes: Any) -> Draft:
    """A draft of that type."""
    return Draft(kind, **{"signer": DIRECTOR} | SAID[kind] | changes)
