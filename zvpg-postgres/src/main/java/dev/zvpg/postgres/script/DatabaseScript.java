package dev.zvpg.postgres.script;

import dev.zvpg.diff.SchemaChange;
import dev.zvpg.diff.SequenceDiff;
import dev.zvpg.diff.TableDiff;
import dev.zvpg.error.ServerException;
import dev.zvpg.postgres.ddl.DefinitionScript;
import dev.zvpg.postgres.diff.Column;
import dev.zvpg.postgres.diff.ComparedTable;
import dev.zvpg.postgres.diff.Quoted;
import dev.zvpg.postgres.diff.Sequence;
import dev.zvpg.postgres.diff.Table;
import dev.zvpg.postgres.diff.Tables;
import dev.zvpg.postgres.merge.Target;
import dev.zvpg.postgres.merge.TriggerStates;
import dev.zvpg.postgres.merge.WriteTraps;
import dev.zvpg.postgres.run.Sessions;
import dev.zvpg.server.ServerContent.Comparison;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The statements that make of a database in an earlier state what it is in a later one. Confined to one thread.
 */
public final class DatabaseScript {

    /**
     * Only the system's own objects are found by bare names, values are read as they were written, and neither triggers nor
     * foreign keys act: the later rows have all that came of these.
     */
    private static final List<String> SETTINGS = List.of(
            "SET LOCAL client_encoding = 'UTF8'",
            "SET LOCAL standard_conforming_strings = on",
            "SET LOCAL search_path = pg_catalog",
            "SET LOCAL session_replication_role = replica",
            "SET LOCAL check_function_bodies = off",
            "SET LOCAL row_security = off",
            "SET LOCAL datestyle = 'ISO, YMD'",
            "SET LOCAL intervalstyle = postgres",
            "SET LOCAL timezone = 'UTC'",
            "SET LOCAL bytea_output = hex",
            "SET LOCAL extra_float_digits = 1",
            "SET LOCAL lc_monetary = 'C'",
            "SET LOCAL xmloption = content",
            "SET LOCAL array_nulls = on");

    /** The sequences that a table and its partitions own, or have defaults from. */
    private static final String GIVERS = """
            SELECT format('%%I.%%I', n.nspname, s.relname)
            FROM pg_depend d
            JOIN pg_class s ON s.relkind = 'S' AND s.oid = CASE d.classid WHEN 'pg_class'::regclass THEN d.objid ELSE d.refobjid END
            JOIN pg_namespace n ON n.oid = s.relnamespace
            LEFT JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
            WHERE d.refclassid = 'pg_class'::regclass
              AND CASE d.classid WHEN 'pg_class'::regclass THEN d.refobjid ELSE a.adrelid END IN (%s)
            """;

    /** The foreign keys between tables that are written and those that are left out. */
    private static final String BETWEEN = """
            SELECT format('%%I of %%s', conname, conrelid::regclass)
            FROM pg_constraint
            WHERE contype = 'f' AND (conrelid IN (%1$s) AND confrelid = to_regclass(%2$s)
                OR confrelid IN (%1$s) AND conrelid = to_regclass(%2$s))
            """;

    private static final String WITH_IDENTITY = "SELECT DISTINCT attrelid FROM pg_attribute WHERE attidentity <> ''";

    private final Connection later;
    private final String database;
    private final DefinitionScript definitions;
    private final Comparison changes;
    private final Lines lines;
    private final Map<ComparedTable, Target> targets = new LinkedHashMap<>();
    private final List<String> leftOut = new ArrayList<>();

    private DatabaseScript(
            Connection later, String database, DefinitionScript definitions, Comparison changes, Lines lines) {
        this.later = later;
        this.database = database;
        this.definitions = definitions;
        this.changes = changes;
        this.lines = lines;
    }

    /**
     * Writes them.
     *
     * @param later a session in the later state, with our formats
     * @param changes what is different when the earlier state has got the definitions
     * @throws ServerException when definitions cannot be made
     */
    public static void write(
            Connection later, String database, DefinitionScript definitions, Comparison changes, Appendable out)
            throws SQLException, IOException {
        if (definitions.trap().isPresent()) {
            throw new ServerException("in database " + database + ", definitions are not written as statements where "
                    + definitions.trap().get());
        }
        new DatabaseScript(later, database, definitions, changes, new Lines(out)).write();
    }

    private void write() throws SQLException, IOException {
        findTables();
        findDefinitions();
        lines.comment("Makes of database " + database + " in the earlier state what it is in the later one.");
        lines.comment("A superuser runs it: psql -X -v ON_ERROR_STOP=1 -f FILE");
        for (String each : leftOut) {
            lines.comment("Left as it is: " + each);
        }
        lines.space();
        if (!definitions.values().isEmpty()) { // also for clients that would make one transaction of all statements
            lines.statement("BEGIN");
            lines.statements(SETTINGS);
            lines.statements(definitions.values());
            lines.statement("COMMIT");
        }
        lines.statement("BEGIN");
        lines.statements(SETTINGS);
        lines.statements(definitions.before());
        writeRows();
        lines.statements(definitions.after());
        writeSequences();
        lines.statement("COMMIT");
    }

    private void findTables() throws SQLException {
        Map<String, String> left = new LinkedHashMap<>();
        List<Table> tables = Tables.of(later);
        for (TableDiff each : changes.tables()) {
            if (each.database().equals(database)) {
                ComparedTable table = (ComparedTable) each;
                Optional<String> reason = reason(table, tables);
                reason.ifPresent(why -> left.put(table.name(), why));
            }
        }
        for (Map.Entry<String, String> each : left.entrySet()) {
            requireUnrelated(each.getKey(), each.getValue());
            leftOut.add("rows of " + each.getKey() + ", " + each.getValue());
        }
    }

    /** Foreign keys do not act on what is written, so nobody would notice what is left without its partner. */
    private void requireUnrelated(String table, String reason) throws SQLException {
        for (Target target : targets.values()) {
            List<String> keys = Sessions.column(later, BETWEEN.formatted(target.tree(), Quoted.literal(table)));
            if (!keys.isEmpty()) {
                throw new ServerException("in database " + database + ", rows of " + table
                        + " are not written as statements (" + reason + "), and the foreign key " + keys.get(0)
                        + " needs them; merge them instead");
            }
        }
    }

    /** Why the rows of a table are left out; otherwise it is one of the targets then. */
    private Optional<String> reason(ComparedTable table, List<Table> tables) throws SQLException {
        if (table.method() == TableDiff.Method.NOT_COMPARED) {
            return table.reason();
        }
        if (table.before() == null
                || table.after() == null
                || !names(table.before().table()).equals(names(table.after().table()))) {
            return Optional.of("whose definition is left as it is");
        }
        Target.Found found = Target.find(later, tables, table, true);
        if (found.target().isEmpty()) {
            return Optional.of(found.reason());
        }
        Target target = found.target().get();
        Optional<String> trap = WriteTraps.reason(later, target);
        if (trap.isEmpty()) {
            targets.put(table, target);
        }
        return trap;
    }

    private static Set<String> names(Table table) {
        return table.columns().stream().map(Column::name).collect(Collectors.toSet());
    }

    /** What the statements do not make, or nobody could say so without the rows. */
    private void findDefinitions() {
        for (SchemaChange change : changes.schema()) {
            boolean isHere = change.database().isEmpty() || change.database().equals(database);
            if (isHere && definitions.after().stream().noneMatch(statement -> names(statement, change.object()))) {
                leftOut.add(change.kind() + " " + change.object() + ", which is "
                        + (change instanceof SchemaChange.Added
                                ? "new"
                                : change instanceof SchemaChange.Dropped ? "gone" : "different"));
            }
        }
    }

    /** Whether a statement names an object, which is identified like schema.table.column, or like name on schema.table. */
    private static boolean names(String statement, String object) {
        String own = object.replaceFirst(" on .*", "");
        String name = own.substring(own.lastIndexOf('.') + 1);
        return Pattern.compile("(?<!\\w)" + Pattern.quote(name) + "(?!\\w)")
                .matcher(statement)
                .find();
    }

    private void writeRows() throws SQLException, IOException {
        Set<String> withIdentity = new HashSet<>(Sessions.column(later, WITH_IDENTITY));
        List<String> tables = targets.keySet().stream().map(TableDiff::name).toList();
        boolean mayFire = !tables.isEmpty() && (!definitions.isEmpty() || fires());
        if (mayFire) {
            lines.statement(QuietTriggers.silence(tables));
        }
        for (Map.Entry<ComparedTable, Target> each : targets.entrySet()) {
            Target target = each.getValue();
            lines.comment(each.getKey().toString());
            boolean hasIdentity =
                    withIdentity.contains(String.valueOf(target.table().oid()));
            new RowScript(each.getKey(), target, hasIdentity, lines).write();
        }
        if (mayFire) {
            lines.statement("SET CONSTRAINTS ALL IMMEDIATE");
            lines.statement(QuietTriggers.restore());
        }
    }

    private boolean fires() throws SQLException {
        for (Target target : targets.values()) {
            if (TriggerStates.any(later, target)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Those that stand elsewhere, those that give values to the tables that were written, which may have moved by less than is
     * told of as a difference, and all where definitions are new. They come last: nothing takes back what a sequence was set
     * to.
     */
    private void writeSequences() throws SQLException, IOException {
        Set<String> needed = new HashSet<>();
        for (SequenceDiff sequence : changes.sequences()) {
            if (sequence.database().equals(database)) {
                needed.add(sequence.name());
            }
        }
        for (Target target : targets.values()) {
            needed.addAll(Sessions.column(later, GIVERS.formatted(target.tree())));
        }
        for (Sequence sequence : Sequence.of(later)) {
            String name = sequence.name();
            if (needed.contains(name) || !definitions.isEmpty()) {
                lines.statement(
                        sequence.last().isPresent()
                                ? "SELECT setval(" + Quoted.literal(name) + ", "
                                        + sequence.last().getAsLong() + ")"
                                : "ALTER SEQUENCE " + name + " RESTART WITH "
                                        + Sessions.column(later, "SELECT last_value FROM " + name)
                                                .get(0));
            }
        }
    }
}
