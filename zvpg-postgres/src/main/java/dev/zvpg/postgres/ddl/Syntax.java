package dev.zvpg.postgres.ddl;

/**
 * How the statements that {@link PgCodeKeeper} writes name things. A name is matched as what it is, and not as whatever
 * stands before the next keyword: literals may have such keywords in them, and runs of spaces that would be gone through
 * from each of them on.
 */
final class Syntax {

    private static final String IDENTIFIER = "(?:\"(?:[^\"]++|\"\")++\"|[^\\s.\"]++)";

    /** A column; a group. */
    static final String NAME = "(?<name>" + IDENTIFIER + ")";

    /** A name of something in a schema. */
    static final String QUALIFIED = IDENTIFIER + "(?:\\." + IDENTIFIER + ")?+";

    /** What begins a change of a table, which is a group. */
    static final String ALTER_TABLE = "ALTER TABLE (?:ONLY )?+(?<table>" + QUALIFIED + ")";

    /** That a column must not be NULL, which may have a name, a group, and may not be for what inherits, another one. */
    static final String NOT_NULL =
            "(?<required> (?:CONSTRAINT (?<constraint>" + IDENTIFIER + ") )?NOT NULL(?<own> NO INHERIT)?)";

    private Syntax() {}
}
