"""What is said of a sign: what was compared with what, and why it may be harmless. In Chinese, as titles are."""

from collections.abc import Mapping
from typing import Final

from app.diligence.rules import Noticed
from app.inspections.signs import TITLES, Sign, SignView

COMPARED: Final[Mapping[Sign, str]] = {
    Sign.HASTY: "{seconds} 秒检查了 {measures} 项，平均每项 {measured:g} 秒；每项不足 {threshold:g} 秒时提示。",
    Sign.SAME_POSITION: "{places} 处的 {points} 张照片坐标到末位完全相同，而定位精度均在 {accuracy_m:g} 米以内；"
    "至少 {threshold:g} 张时提示。",
    Sign.LAST_MINUTE: "开始时离期末还有 {minutes:g} 分钟；全部检查都在最后 {threshold:g} 分钟内时提示。",
    Sign.IDENTICAL_REPORTS: "连续 {days} 天，{measures} 项的结果、备注、先后和用时（{seconds} 秒）逐秒相同；"
    "连续 {threshold:g} 天时提示。",
    Sign.REUSED_PHOTOS: "{photos} 张照片中有 {reused} 张在更早的排查中出现过。",
    Sign.NEVER_A_FINDING: "{days} 天 {reports} 次自查没有一条发现；同区县、同规模、同行业有 {peers} 家可比，"
    "其中 {finding} 家有发现（比例 {measured:g}，达到 {threshold:g} 时提示）。",
}
HARMLESS: Final[Mapping[Sign, str]] = {
    Sign.HASTY: "也可能无妨：几项在同一处、一眼可见，或先走完一圈再一次填报。",
    Sign.SAME_POSITION: "也可能无妨：手机在室内反复给出同一个定位，或照片是回到一处后集中拍摄的。",
    Sign.LAST_MINUTE: "也可能无妨：夜班到期末才下班，或当天检修、停电推迟了排查。",
    Sign.IDENTICAL_REPORTS: "也可能无妨：填报软件自动填入固定的时间，或现场确实没有变化。",
    Sign.REUSED_PHOTOS: "也可能无妨：同一处问题尚未整改，为说明而附上原来的照片。",
    Sign.NEVER_A_FINDING: "也可能无妨：现场小而简单、管理到位，或发现的问题当场整改而没有登记。",
}


def view(noticed: Noticed) -> SignView:
    """A sign, as it is shown."""
    sign, said = noticed.sign, {"measured": noticed.measured, "threshold": noticed.threshold}
    return SignView(
        code=sign, title=TITLES[sign], compared=COMPARED[sign].format(**noticed.numbers | said),
        harmless=HARMLESS[sign], **said,
    )  # fmt: skip
