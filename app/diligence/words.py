"""What is said of a sign: what was compared with what, and why it may be harmless."""

from collections.abc import Mapping
from typing import Final

from app.diligence.rules import Noticed
from app.foundation.front import Reader
from app.foundation.problems import Said
from app.inspections.signs import NAMES, Sign, SignView

COMPARED: Final[Mapping[Sign, Said]] = {
    Sign.HASTY: Said(
        "{seconds} 秒检查了 {measures} 项，平均每项 {measured:g} 秒；每项不足 {threshold:g} 秒时提示。",
        "{measures} measures in {seconds} s, {measured:g} s each; shown below {threshold:g} s each.",
    ),
    Sign.SAME_POSITION: Said(
        "{places} 处的 {points} 张照片坐标到末位完全相同，而定位精度均在 {accuracy_m:g} 米以内；"
        "至少 {threshold:g} 张时提示。",
        "{points} photos of {places} places have the same position to the last digit, each said to be accurate to "
        "{accuracy_m:g} m; shown from {threshold:g} photos.",
    ),
    Sign.LAST_MINUTE: Said(
        "开始时离期末还有 {minutes:g} 分钟；全部检查都在最后 {threshold:g} 分钟内时提示。",
        "Begun {minutes:g} minutes before the period ended; shown if all was within the last {threshold:g} minutes.",
    ),
    Sign.IDENTICAL_REPORTS: Said(
        "连续 {days} 天，{measures} 项的结果、备注、先后和用时（{seconds} 秒）逐秒相同；连续 {threshold:g} 天时提示。",
        "On {days} days in a row results, notes, order and time ({seconds} s) of {measures} measures are the same to "
        "the second; shown from {threshold:g} days in a row.",
    ),
    Sign.REUSED_PHOTOS: Said(
        "{photos} 张照片中有 {reused} 张在更早的排查中出现过。",
        "{reused} of {photos} photos are of an earlier inspection.",
    ),
    Sign.NEVER_A_FINDING: Said(
        "{days} 天 {reports} 次自查没有一条发现；同区县、同规模、同行业有 {peers} 家可比，其中 {finding} 家有发现"
        "（比例 {measured:g}，达到 {threshold:g} 时提示）。",
        "No finding in {reports} inspections of its own over {days} days; of {peers} enterprises of the same county, "
        "size and trade, {finding} had some (a share of {measured:g}; shown from {threshold:g}).",
    ),
}
HARMLESS: Final[Mapping[Sign, Said]] = {
    Sign.HASTY: Said(
        "也可能无妨：几项在同一处、一眼可见，或先走完一圈再一次填报。",
        "It may be harmless: several are at one place and seen at a glance, or all was written down after the round.",
    ),
    Sign.SAME_POSITION: Said(
        "也可能无妨：手机在室内反复给出同一个定位，或照片是回到一处后集中拍摄的。",
        "It may be harmless: a phone indoors gives one position again and again, or all were taken at one place later.",
    ),
    Sign.LAST_MINUTE: Said(
        "也可能无妨：夜班到期末才下班，或当天检修、停电推迟了排查。",
        "It may be harmless: a night shift ends with the period, or repairs or a power cut put the inspection off.",
    ),
    Sign.IDENTICAL_REPORTS: Said(
        "也可能无妨：填报软件自动填入固定的时间，或现场确实没有变化。",
        "It may be harmless: an app fills in fixed times, or nothing has changed on site.",
    ),
    Sign.REUSED_PHOTOS: Said(
        "也可能无妨：同一处问题尚未整改，为说明而附上原来的照片。",
        "It may be harmless: the same trouble is not yet put right, and the old photo was added to explain it.",
    ),
    Sign.NEVER_A_FINDING: Said(
        "也可能无妨：现场小而简单、管理到位，或发现的问题当场整改而没有登记。",
        "It may be harmless: the site is small, simple and well run, or findings were put right and not written down.",
    ),
}


def view(noticed: Noticed, reader: Reader) -> SignView:
    """A sign, as it is shown."""
    sign, said = noticed.sign, {"measured": noticed.measured, "threshold": noticed.threshold}
    return SignView(
        code=sign, title=reader.reads(NAMES[sign]),
        compared=reader.reads(COMPARED[sign]).format(**noticed.numbers | said), harmless=reader.reads(HARMLESS[sign]),
        **said,
    )  # fmt: skip
