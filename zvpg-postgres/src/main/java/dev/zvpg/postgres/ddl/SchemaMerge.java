package dev.zvpg.postgres.ddl;

import dev.zvpg.diff.SchemaChange;
import dev.zvpg.merge.Conflict.SchemaConflict;
import dev.zvpg.postgres.run.LiveServer;
import dev.zvpg.server.ServerMerge;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a merge changes in the definitions of a cluster's databases, worked out on copies, which are changed by it.
 * Confined to one thread.
 */
public final class SchemaMerge implements ServerMerge.Definitions {

    private final LiveServer base;
    private final LiveServer theirs;
    private final LiveServer ours;
    private final Map<Long, DatabasePatch> patches = new LinkedHashMap<>();
    private final Map<Long, String> bases;
    private final Map<Long, String> others;

    private SchemaMerge(LiveServer base, LiveServer theirs, LiveServer ours) throws SQLException {
        this.base = base;
        this.theirs = theirs;
        this.ours = ours;
        this.bases = base.databases();
        this.others = theirs.databases();
    }

    /**
     * Works them out.
     *
     * @param ours a copy of what the branch has that is merged into
     * @throws SQLException when a server does not answer
     */
    public static SchemaMerge of(LiveServer base, LiveServer theirs, LiveServer ours) throws SQLException {
        SchemaMerge merge = new SchemaMerge(base, theirs, ours);
        for (Map.Entry<Long, String> database : ours.databases().entrySet()) {
            merge.add(database.getKey(), database.getValue());
        }
        return merge;
    }

    private void add(long oid, String name) throws SQLException {
        String earlier = bases.get(oid);
        String other = others.get(oid);
        if (earlier == null || other == null) {
            return; // databases are the whole cluster's, which is not merged
        }
        try (Copies copies = Copies.open(base, theirs, ours, earlier, other, name)) {
            List<SchemaChange> changes = Copies.changes(copies.base(), copies.theirs(), Optional.of(copies.base()));
            if (!changes.isEmpty()) {
                patches.put(oid, patch(copies, name, changes, earlier, other));
            }
        }
    }

    private DatabasePatch patch(Copies copies, String name, List<SchemaChange> changes, String earlier, String other)
            throws SQLException {
        Optional<String> trap = Copies.trap(copies.base(), copies.theirs(), copies.ours()); // all of them are read
        if (trap.isPresent()) {
            return refused(name, changes, Copies.notWhere(trap.get()));
        }
        Renames schemas;
        Renames names;
        try {
            schemas = copies.align(Renames.SCHEMAS);
            names = copies.align(Renames.OTHERS);
        } catch (SQLException e) {
            return refused(name, changes, "new names cannot be carried over: " + e.getMessage());
        }
        List<SchemaConflict> conflicts = new ArrayList<>();
        for (Renames each : List.of(schemas, names)) {
            each.conflicts()
                    .forEach(object -> conflicts.add(new SchemaConflict(
                            name, object, "it has another name in both branches, and not the same one")));
        }
        if (!conflicts.isEmpty()) {
            return DatabasePatch.refused(name, changes, conflicts);
        }
        CalledFunctions called = CalledFunctions.of(copies.theirs());
        Optional<String> others = Copies.trap(called, copies.base(), copies.ours()); // they have the same names now
        if (others.isPresent()) {
            return refused(name, changes, Copies.notWhere(others.get()));
        }
        EnumLabels labels = EnumLabels.of(copies.base(), copies.theirs());
        labels.make(copies.base());
        labels.make(copies.ours());
        MissingValues missing = MissingValues.of(copies.base(), copies.theirs(), copies.ours());
        missing.make(copies.base());
        missing.make(copies.ours());
        List<SchemaChange> mine = Copies.changes(copies.base(), copies.ours(), Optional.empty());
        List<SchemaChange> yours = Copies.changes(copies.base(), copies.theirs(), Optional.empty());
        conflicts.addAll(Rules.conflicts(name, mine, yours));
        conflicts.addAll(ReplicaIdentities.conflicts(name, copies));
        conflicts.addAll(
                Rules.newInBoth(name, mine, yours, Copies.changes(copies.ours(), copies.theirs(), Optional.empty())));
        Scripts script = yours.isEmpty() ? Scripts.NONE : scripts(copies, earlier, other, mine.isEmpty() ? null : name);
        NewColumns columns = new NewColumns(copies.theirs());
        RowDefaults defaults = RowDefaults.of(
                copies, columns, columns.withDefaults(script.all()), columns.withDefaults(script.forOurs()));
        DatabasePatch patch = new DatabasePatch(
                name,
                called,
                schemas,
                names,
                labels,
                missing,
                Content.of(copies.base(), script.forOurs()),
                defaults.base(),
                defaults.ours(),
                defaults.columns(),
                Retyping.of(copies, script.forOurs()),
                changes,
                yours,
                mine,
                conflicts);
        copies.patchBase(patch);
        return patch;
    }

    private static DatabasePatch refused(String database, List<SchemaChange> changes, String why) {
        return DatabasePatch.refused(database, changes, List.of(new SchemaConflict(database, "", why)));
    }

    /** What leads from the base to theirs, and what of that ours has not made as well. */
    private record Scripts(List<String> all, List<String> forOurs) {
        private static final Scripts NONE = new Scripts(List.of(), List.of());
    }

    private Scripts scripts(Copies copies, String earlier, String other, @Nullable String mine) throws SQLException {
        PgCodeKeeperJar.require();
        PgCodeKeeper.Definitions from = PgCodeKeeper.read(base.sessions().url(earlier));
        List<String> all = new ArrayList<>(PgCodeKeeper.statements(
                from, PgCodeKeeper.read(theirs.sessions().url(other))));
        all.addAll(ReplicaIdentities.statements(copies.base(), copies.theirs()));
        List<String> forOurs = new ArrayList<>(all);
        if (mine != null) {
            forOurs.removeAll(PgCodeKeeper.statements(
                    from, PgCodeKeeper.read(ours.sessions().url(mine))));
            forOurs.removeAll(ReplicaIdentities.statements(copies.base(), copies.ours()));
        }
        return new Scripts(all, forOurs);
    }

    /**
     * Adds values of enumerations to a server's databases, which cannot be undone.
     *
     * @throws SQLException when the server does not answer
     */
    public void addLabels(LiveServer server) throws SQLException {
        Map<Long, String> databases = server.databases();
        for (Map.Entry<Long, DatabasePatch> patch : patches.entrySet()) {
            String name = databases.get(patch.getKey());
            if (name != null && !patch.getValue().labels().added().isEmpty()) {
                try (Connection connection = Copies.connect(server, name)) {
                    patch.getValue().labels().make(connection);
                }
            }
        }
    }

    /** The databases whose definitions change, by number. */
    public Map<Long, DatabasePatch> patches() {
        return patches;
    }

    @Override
    public List<SchemaChange> changes() {
        return patches.values().stream()
                .flatMap(patch -> patch.theirs().stream())
                .toList();
    }

    /**
     * Finds what a merge has not carried over, or what it has taken away.
     *
     * @param oid the database
     * @param merged the merge's transaction
     * @throws SQLException when a server does not answer
     */
    public List<SchemaConflict> leftOver(long oid, Connection merged) throws SQLException {
        DatabasePatch patch = patches.get(oid);
        if (patch == null) {
            return List.of();
        }
        try (Connection before = Copies.connect(base, Objects.requireNonNull(bases.get(oid)));
                Connection other = Copies.connect(theirs, Objects.requireNonNull(others.get(oid)))) {
            return Rules.leftOver(
                    patch,
                    Copies.changes(other, merged, Optional.empty()),
                    Copies.changes(before, merged, Optional.empty()));
        }
    }
}
