package dev.zvpg.postgres.ddl;

import dev.zvpg.diff.SchemaChange;
import dev.zvpg.merge.Conflict.SchemaConflict;
import java.util.List;

/**
 * The changes of definitions that a merge makes in one database. Immutable.
 *
 * @param database what it is called in the branch that is merged into
 * @param called the functions that definitions of theirs call
 * @param schemas what schemas are called
 * @param names what all else is called
 * @param labels values of enumerations
 * @param missing columns of which old rows have a value
 * @param contents what ours must still have in the tables that go
 * @param statements all else, in order
 * @param forOurs those of them that the branch that is merged into has not made as well
 * @param rowDefaults what those add with another value for each row
 * @param retyped the columns that those give another type
 * @param theirs what the branch that is merged has changed
 * @param theirsAligned the same, without names
 * @param oursAligned what the other one has changed, without names
 * @param conflicts what is in the way
 */
public record DatabasePatch(
        String database,
        CalledFunctions called,
        Renames schemas,
        Renames names,
        EnumLabels labels,
        MissingValues missing,
        List<Content> contents,
        List<String> statements,
        List<String> forOurs,
        NamedColumns rowDefaults,
        List<RetypedColumn> retyped,
        List<SchemaChange> theirs,
        List<SchemaChange> theirsAligned,
        List<SchemaChange> oursAligned,
        List<SchemaConflict> conflicts) {

    /** One of nothing but statements. */
    static DatabasePatch of(String database, List<String> statements) {
        return bare(database, statements, List.of(), List.of());
    }

    /** One that cannot be made. */
    static DatabasePatch refused(String database, List<SchemaChange> theirs, List<SchemaConflict> conflicts) {
        return bare(database, List.of(), theirs, conflicts);
    }

    /** One in which nothing has another name, label or missing value. */
    private static DatabasePatch bare(
            String database, List<String> statements, List<SchemaChange> theirs, List<SchemaConflict> conflicts) {
        return new DatabasePatch(
                database,
                CalledFunctions.NONE,
                Renames.NONE,
                Renames.NONE,
                new EnumLabels(List.of()),
                new MissingValues(List.of()),
                List.of(),
                statements,
                statements,
                NamedColumns.NONE,
                List.of(),
                theirs,
                List.of(),
                List.of(),
                conflicts);
    }
}
