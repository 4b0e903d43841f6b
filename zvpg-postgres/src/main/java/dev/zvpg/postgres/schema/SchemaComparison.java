package dev.zvpg.postgres.schema;

import dev.zvpg.diff.SchemaChange;
import dev.zvpg.postgres.run.AtOnce;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares the definitions in two databases, or those of two whole clusters of the same version. All sessions are in
 * transactions that see one moment, with pg_catalog alone in their search path. Immutable.
 *
 * @param changes what is different
 * @param cluster what comparisons of its databases start from
 */
public record SchemaComparison(List<SchemaChange> changes, Cluster cluster) {

    /**
     * What comparisons of a cluster's databases have in common. Immutable.
     *
     * @param catalogs those of the servers
     * @param before what references to the whole cluster's objects mean on the earlier side; empty where they mean the
     *     same on both
     * @param after what they mean on the later side
     */
    record Cluster(List<Catalog> catalogs, Optional<Tokens> before, Optional<Tokens> after) {

        List<Catalog> catalogs(boolean isShared) {
            return catalogs.stream()
                    .filter(catalog -> catalog.isShared() == isShared)
                    .toList();
        }

        List<Catalog> touched(boolean isShared, Set<String> untouched) {
            return catalogs(isShared).stream()
                    .filter(catalog -> !untouched.contains(catalog.name()))
                    .toList();
        }
    }

    /**
     * Compares what is the whole cluster's: roles, databases, tablespaces, subscriptions and settings.
     *
     * @param before a session on the earlier side
     * @param after one on the later side
     * @param base one on what both began as; empty where that is not known
     * @param untouched catalogs that have on both sides the bytes of the common image, and need not be looked into
     * @throws SQLException when a server does not answer
     */
    public static SchemaComparison ofCluster(
            Connection before, Connection after, Optional<Connection> base, Set<String> untouched) throws SQLException {
        Cluster cluster = new Cluster(Catalogs.of(before), Optional.empty(), Optional.empty());
        List<Catalog> touched = cluster.touched(true, untouched);
        AtOnce.Answers<Fingerprint> sums =
                AtOnce.ask(() -> Fingerprint.of(before, touched, false), () -> Fingerprint.of(after, touched, false));
        return sums.first().equals(sums.second())
                ? new SchemaComparison(List.of(), cluster)
                : compare("", before, after, base, cluster, true, Set.of());
    }

    /**
     * Compares what is a database's own.
     *
     * @param database its name
     * @param before a session on the earlier side
     * @param after one on the later side
     * @param base one on what both began as; empty where that is not known
     * @param untouched catalogs that have on both sides the bytes of the common image, and need not be looked into
     * @throws SQLException when a server does not answer
     */
    public List<SchemaChange> ofDatabase(
            String database, Connection before, Connection after, Optional<Connection> base, Set<String> untouched)
            throws SQLException {
        List<Catalog> touched = cluster.touched(false, untouched);
        boolean withDependencies = !untouched.contains(Fingerprint.DEPENDENCIES);
        AtOnce.Answers<Fingerprint> sums = AtOnce.ask(
                () -> Fingerprint.of(before, touched, withDependencies),
                () -> Fingerprint.of(after, touched, withDependencies));
        return sums.first().equals(sums.second()) && cluster.before().isEmpty()
                ? List.of()
                : compare(
                                database,
                                before,
                                after,
                                base,
                                cluster,
                                false,
                                sums.first().differentSystem(sums.second()))
                        .changes();
    }

    private static SchemaComparison compare(
            String database,
            Connection before,
            Connection after,
            Optional<Connection> base,
            Cluster cluster,
            boolean isShared,
            Set<String> withSystem)
            throws SQLException {
        List<Catalog> catalogs = cluster.catalogs(isShared);
        AtOnce.Answers<Schema> schemas = AtOnce.ask(
                () -> Schema.read(before, catalogs, isShared, withSystem),
                () -> Schema.read(after, catalogs, isShared, withSystem));
        Schema left = schemas.first();
        Schema right = schemas.second();

        @Nullable Schema origin = null;
        if (base.isPresent()) {
            origin = base.get() == before
                    ? left
                    : base.get() == after ? right : Schema.read(base.get(), catalogs, isShared, withSystem);
        }
        Set<Address> common = common(left, right, origin);
        Side earlier = new Side(left, new Tokens(left, common, cluster.before()));
        Side later = new Side(right, new Tokens(right, common, cluster.after()));
        return new SchemaComparison(
                new Wording(database, earlier, later).of(differences(earlier, later, origin)),
                new Cluster(cluster.catalogs(), Optional.of(earlier.tokens()), Optional.of(later.tokens())));
    }

    /** What both have since the common image. */
    private static Set<Address> common(Schema before, Schema after, @Nullable Schema base) {
        Set<Address> common = new HashSet<>();
        if (base != null) {
            for (Entry entry : base.entries()) {
                if (before.find(entry.address()) != null && after.find(entry.address()) != null) {
                    common.add(entry.address());
                }
            }
        }
        return common;
    }

    private static List<Difference> differences(Side before, Side after, @Nullable Schema base) throws SQLException {
        List<Difference> all = new ArrayList<>();
        Map<String, Entry> others = after.byToken();
        before.byToken().forEach((token, entry) -> {
            Entry other = others.remove(token);
            all.add(
                    other == null
                            ? new Difference(entry, null, List.of(), List.of())
                            : difference(before, entry, after, other, base));
        });
        others.values().forEach(entry -> all.add(new Difference(null, entry, List.of(), List.of())));
        all.removeIf(each ->
                each.isOnBoth() && each.names().isEmpty() && each.aspects().isEmpty());
        Consequences consequences = new Consequences(before, after, all);
        List<Difference> left = new ArrayList<>();
        for (Difference difference : all) {
            consequences.without(difference).ifPresent(left::add);
        }
        return left;
    }

    private static Difference difference(Side before, Entry one, Side after, Entry other, @Nullable Schema base) {
        Entry origin = base == null || !one.address().equals(other.address()) ? null : base.find(one.address());
        Set<String> all = new TreeSet<>(one.values().keySet());
        all.addAll(other.values().keySet());
        List<Difference.Aspect> names = new ArrayList<>();
        List<Difference.Aspect> aspects = new ArrayList<>();
        for (String aspect : all) {
            String left = before.token(one, aspect);
            String right = after.token(other, aspect);
            if (!left.equals(right) && !isAsInBase(aspect, one, other, origin)) {
                (other.name().contains(aspect) ? names : aspects).add(new Difference.Aspect(aspect, left, right));
            }
        }
        return new Difference(one, other, names, aspects);
    }

    /** Whether an expression is on both sides what it has been: it is written otherwise where something was renamed. */
    private static boolean isAsInBase(String aspect, Entry one, Entry other, @Nullable Entry base) {
        return base != null
                && base.value(aspect) instanceof Value.Tree origin
                && one.value(aspect) instanceof Value.Tree left
                && other.value(aspect) instanceof Value.Tree right
                && left.digest().equals(origin.digest())
                && right.digest().equals(origin.digest());
    }
}
