package dev.zvpg.postgres.merge;

import dev.zvpg.error.InUseException;
import dev.zvpg.internal.io.Uninterrupted;
import dev.zvpg.merge.Conflict.SchemaConflict;
import dev.zvpg.merge.MergeOptions;
import dev.zvpg.merge.MergeReport;
import dev.zvpg.merge.TableMerge;
import dev.zvpg.postgres.ddl.SchemaMerge;
import dev.zvpg.postgres.run.Connections;
import dev.zvpg.postgres.run.LiveServer;
import dev.zvpg.postgres.run.Sessions;
import dev.zvpg.server.ServerContent.Comparison;
import dev.zvpg.server.ServerMerge;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transactions of a merge, one in each database that is concerned. Confined to one thread. */
public final class ClusterMerge implements ServerMerge {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterMerge.class);

    /** What comes of locks that others hold: no lock in time, or two who wait for each other. */
    private static final Set<String> LOCKED = Set.of("55P03", "40P01");

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LEAST_ATTEMPTS = 5;
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    /** Its commit waits until all that was written before is on disk, the transactions' numbers among it. */
    private static final String FLUSH = "SELECT pg_logical_emit_message(true, 'zvpg', 'merge') "
            + "FROM (SELECT set_config('synchronous_commit', 'local', true)) s";

    private final LiveServer server;
    private final Optional<SchemaMerge> schema;
    private final List<DatabaseMerge> merges = new ArrayList<>();
    private final List<String> notMerged = new ArrayList<>();
    private final Conflicts conflicts = new Conflicts();

    private ClusterMerge(LiveServer server, Optional<SchemaMerge> schema) {
        this.server = server;
        this.schema = schema;
    }

    /**
     * Makes a merge; comes again where a lock cannot be had.
     *
     * @throws SQLException when the server does not answer
     */
    public static ClusterMerge of(
            LiveServer server,
            List<Comparison> changes,
            Definitions definitions,
            MergeOptions options,
            Set<String> done)
            throws SQLException {
        Optional<SchemaMerge> schema = definitions instanceof SchemaMerge found ? Optional.of(found) : Optional.empty();
        if (schema.isPresent()) {
            schema.get().addLabels(server);
        }
        Patterns.check(server, options);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (int attempt = 1; ; attempt++) {
            try {
                return attempt(server, changes, schema, options, done);
            } catch (SQLException e) {
                if (!LOCKED.contains(String.valueOf(e.getSQLState()))) {
                    throw e;
                }
                if (attempt >= LEAST_ATTEMPTS && System.nanoTime() > deadline) {
                    throw new InUseException(
                            "cannot merge: tables of the server on port "
                                    + server.sessions().port() + " are locked by others: "
                                    + Holders.of(server, changes),
                            "end those transactions, or merge when they have ended",
                            e);
                }
                LOG.debug("The merge comes again, because {}", e.getMessage());
                Uninterrupted.pause(Math.min(
                        LONGEST_PAUSE.toNanos(),
                        Duration.ofMillis(50L * attempt).toNanos()));
            }
        }
    }

    private static ClusterMerge attempt(
            LiveServer server,
            List<Comparison> changes,
            Optional<SchemaMerge> schema,
            MergeOptions options,
            Set<String> done)
            throws SQLException {
        ClusterMerge merge = new ClusterMerge(server, schema);
        boolean made = false;
        try {
            merge.make(changes, options, done);
            made = true;
            return merge;
        } finally {
            if (!made) {
                merge.close();
            }
        }
    }

    private void make(List<Comparison> changes, MergeOptions options, Set<String> done) throws SQLException {
        Redefinitions redefinitions = Redefinitions.of(changes);
        if (schema.isEmpty()) {
            redefinitions.conflicts().forEach(conflicts::conflict);
        }
        notMerged.addAll(redefinitions.notMerged());
        Map<Long, String> databases = server.databases();
        for (Delta delta : deltas(changes)) {
            Optional<Map.Entry<Long, String>> found = find(databases, delta);
            if (found.isEmpty()) {
                conflicts.conflict(new SchemaConflict(
                        delta.name(), "", "there is no such database in the branch that is merged into"));
            } else if (!done.contains(found.get().getKey().toString())) {
                merges.add(DatabaseMerge.of(
                        server,
                        found.get().getValue(),
                        delta,
                        Redefinition.of(schema, found.get().getKey()),
                        options,
                        conflicts));
            }
        }
    }

    /** By database; also of those in which nothing but definitions has changed. */
    private List<Delta> deltas(List<Comparison> changes) {
        List<Delta> deltas = new ArrayList<>(Delta.of(changes));
        schema.map(SchemaMerge::patches).orElse(Map.of()).forEach((oid, patch) -> {
            if (deltas.stream()
                    .noneMatch(delta -> delta.oid() == oid || delta.name().equals(patch.database()))) {
                deltas.add(new Delta(oid, patch.database(), List.of(), List.of()));
            }
        });
        return deltas;
    }

    private static Optional<Map.Entry<Long, String>> find(Map<Long, String> databases, Delta delta) {
        List<Map.Entry<Long, String>> all = List.copyOf(databases.entrySet());
        Optional<Map.Entry<Long, String>> byName = all.stream()
                .filter(each -> each.getValue().equals(delta.name()))
                .findFirst();
        return byName.or(
                () -> all.stream().filter(each -> each.getKey() == delta.oid()).findFirst());
    }

    @Override
    public MergeReport report() {
        List<TableMerge> tables =
                merges.stream().flatMap(merge -> merge.tables().stream()).toList();
        List<String> left = new ArrayList<>(notMerged);
        merges.forEach(merge -> left.addAll(merge.notMerged()));
        int sequences = merges.stream().mapToInt(DatabaseMerge::sequences).sum();
        return new MergeReport(
                tables,
                schema.map(SchemaMerge::changes).orElse(List.of()),
                sequences,
                left,
                conflicts.first(),
                conflicts.count());
    }

    private List<DatabaseMerge> writing() {
        return merges.stream().filter(merge -> !merge.isEmpty()).toList();
    }

    @Override
    public String transactions() {
        requireNoConflicts();
        List<String> transactions = new ArrayList<>();
        try {
            for (DatabaseMerge merge : writing()) {
                transactions.add(merge.transaction());
            }
            if (!transactions.isEmpty()) {
                try (Connection connection = server.connect(Connections.ADMIN_DATABASE, Sessions.LONG)) {
                    Sessions.column(connection, FLUSH);
                }
            }
            return String.join(",", transactions);
        } catch (SQLException e) {
            throw server.failure("cannot be merged into", e);
        }
    }

    private void requireNoConflicts() {
        if (!conflicts.isEmpty()) {
            throw new IllegalStateException("there are conflicts");
        }
    }

    @Override
    public void commit() {
        requireNoConflicts();
        try {
            for (DatabaseMerge merge : writing()) {
                merge.commit();
            }
        } catch (SQLException e) {
            throw server.failure("does not tell whether it has merged", e);
        }
    }

    @Override
    public void close() {
        for (DatabaseMerge merge : merges) {
            try {
                merge.close();
            } catch (SQLException e) {
                LOG.debug("The session ends with its server", e);
            }
        }
        merges.clear();
    }
}
