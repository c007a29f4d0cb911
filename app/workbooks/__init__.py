"""Workbooks (.xlsx): what everybody has, taken in whole or not at all, and given out so that it comes in unchanged.

Read `books.py` first (sheets and columns, as description), then `kinds.py` (what may stand in a cell). A file is opened
by `package.py`, its rows come from `grid.py`, and `table.py` makes records of them with every bad cell by its place;
`writing.py` writes templates and exports. `receiving.py` and `exporting.py` are the way in and out over HTTP,
`importing.py` is what all imports have in common, `models.py` their record. Each book has pages of its own, what
it looks like and what becomes of it: `enterprise_sheets.py` and `enterprise_import.py` are the simplest.

**To add a book**

1. Describe it: `BOOK = Book(name, title, (Sheet(key, title, columns, main=True), …))`, each `Column(key, title, kind)`
   with its synonyms (`also`), note, example, width. Kinds: `Written(Short)` for any type of text that the API has,
   `words(Enum, TITLES[Enum], 红="major")`, `many_words`, `YesNo()`, `Number(float, least, most)`, `Days()`, `Ids()`.
   The last column is usually `Column("id", "编号", Ids(), ours=True)`, which an export fills.
2. `carry(job: Job)`: `job.records(sheet key)` are the rows. `record["key"]` is the value of a cell (None if blank),
   `record.says("key")` whether the column is there and could be read. A cell may be readable and still wrong:
   `job.faults.add(record.place("key"), "code", Said(zh, en))`. Look up everything that the rows name in a few queries,
   judge every row, then `job.faults.refuse()`, and only then change: `events.create_all(session, [(row, "action",
   job.said), …], job.caller)` and `events.change_all(session, [(row, "changed", changes, job.said), …], job.caller)`.
   Lock what is changed before it is read. `compared(record, kept)` is what differs from the record as a flat row
   (spaces around a text do not), `told(sheet, changes, kept)` the same for the answer, and
   `job.tally.note(record, kind, "created" | "changed" | "unchanged" | "retired", name, fields)` counts.
3. `gather(…)`: the rows for an export, as mappings from column keys to values, just as `carry` would read them.
4. In `routes.py` (or routes of another room above this one): add the book to BOOKS and BookName; `@importing(path,
   BOOK, summary)` with a function that finds the enterprise, demands the role and returns `carry_out(session, caller,
   BOOK, parts, carry, enterprise)`; `@export(router, path, summary=…)` with one that returns `Export(BOOK, {key: rows},
   enterprise.name)`. An import is a receipt like any other: the same file with the same `id` again is a replay.
5. Rows in tests/contract/roles.csv. New codes of bad cells need no place of their own: their messages explain them.
"""
