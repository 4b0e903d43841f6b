package dev.zvpg.postgres.diff;

import dev.zvpg.diff.SchemaChange;
import dev.zvpg.diff.SequenceDiff;
import dev.zvpg.diff.TableDiff;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.postgres.schema.SchemaComparison;
import dev.zvpg.server.ServerContent;
import dev.zvpg.server.ServerContent.CommonImage;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Pairs what two servers have, and compares each pair. Confined to one thread. */
final class ClusterComparison {

    private final Optional<ClusterContent> base;
    private final Optional<TouchedPages> touched;
    private final Room room = new Room();
    private final List<ComparedTable> tables = new ArrayList<>();
    private final List<SequenceDiff> sequences = new ArrayList<>();
    private final List<SchemaChange> schema = new ArrayList<>();

    private ClusterComparison(Optional<ClusterContent> base, Optional<TouchedPages> touched) {
        this.base = base;
        this.touched = touched;
    }

    static ServerContent.Comparison of(ClusterContent before, ClusterContent after, Optional<CommonImage> common) {
        try {
            Optional<ClusterContent> base = common.map(image -> (ClusterContent) image.content());
            Optional<TouchedPages> touched = common.isPresent() && before.hasUsualPages() && after.hasUsualPages()
                    ? Optional.of(TouchedPages.of(before, after, common.get()))
                    : Optional.empty();
            ClusterComparison comparison = new ClusterComparison(base, touched);
            comparison.compare(before, after);
            return comparison.result();
        } catch (SQLException e) {
            throw after.failure(e);
        } catch (IOException e) {
            throw IoFailure.of("compare", after.dataDirectory(), e);
        }
    }

    private ServerContent.Comparison result() {
        return new ServerContent.Comparison(
                tables.stream()
                        .sorted(Comparator.comparing(ComparedTable::database).thenComparing(ComparedTable::name))
                        .map(TableDiff.class::cast)
                        .toList(),
                sequences.stream()
                        .sorted(Comparator.comparing(SequenceDiff::database).thenComparing(SequenceDiff::name))
                        .toList(),
                schema.stream()
                        .sorted(Comparator.comparing(SchemaChange::database))
                        .toList());
    }

    private void compare(ClusterContent before, ClusterContent after) throws SQLException, IOException {
        List<DatabaseContent> bases = base.map(ClusterContent::databases).orElse(List.of());
        SchemaComparison cluster = SchemaComparison.ofCluster(
                before.admin().transaction(),
                after.admin().transaction(),
                base.map(content -> content.admin().transaction()),
                untouched(before.admin(), after.admin(), "global/"));
        schema.addAll(cluster.changes());
        for (Pair<DatabaseContent> pair :
                Pair.of(before.databases(), after.databases(), bases, DatabaseContent::oid, DatabaseContent::name)) {
            DatabaseContent either = pair.either();
            Optional<DatabaseContent> common =
                    bases.stream().filter(one -> one.oid() == either.oid()).findFirst();
            DatabaseComparison database = new DatabaseComparison(pair, common, touched, room);
            tables.addAll(database.tables());
            sequences.addAll(database.sequences());
            schema.addAll(schema(pair, common, cluster));
        }
    }

    /** The catalogs that have in the same files what the common image has there: VACUUM FULL gives them new ones. */
    private Set<String> untouched(DatabaseContent one, DatabaseContent other, String where) throws IOException {
        Set<String> untouched = new HashSet<>();
        if (touched.isPresent()) {
            for (Map.Entry<String, String> file : one.catalogFiles().entrySet()) {
                if (file.getValue().startsWith(where)
                        && file.getValue().equals(other.catalogFiles().get(file.getKey()))
                        && touched.get()
                                .in(file.getValue())
                                .filter(List::isEmpty)
                                .isPresent()) {
                    untouched.add(file.getKey());
                }
            }
        }
        return untouched;
    }

    private List<SchemaChange> schema(
            Pair<DatabaseContent> pair, Optional<DatabaseContent> common, SchemaComparison cluster)
            throws SQLException, IOException {
        DatabaseContent one = pair.before();
        DatabaseContent other = pair.after();
        if (one == null || other == null) {
            return List.of(); // told of the cluster
        }
        Optional<Connection> origin =
                common.filter(content -> content.oid() == one.oid()).map(DatabaseContent::transaction);
        try {
            return cluster.ofDatabase(
                    other.name(),
                    one.transaction(),
                    other.transaction(),
                    origin,
                    origin.isPresent() ? untouched(one, other, "base/") : Set.of());
        } catch (SQLException e) {
            throw new SQLException(
                    "definitions of database " + other.name() + ": " + e.getMessage(), e.getSQLState(), e);
        }
    }
}
