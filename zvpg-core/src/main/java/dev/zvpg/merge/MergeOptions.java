package dev.zvpg.merge;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How a merge is made. Handed to a lambda that returns a changed copy: {@code main.merge(feature, o ->
 * o.theirs("public.settings").resolve("*.last_update", Resolver.NEWEST))}.
 *
 * <p>Where several answer to a conflict, the most specific one is asked first: for a column of a table, for a column of
 * that name in any table, for the table, and for everything; what one leaves unresolved the next one is asked.
 *
 * <p>Immutable.
 */
public final class MergeOptions {

    /** Conflicts are told, and the message is a generated one. */
    public static final MergeOptions DEFAULT = new MergeOptions(Map.of(), Set.of(), Optional.empty());

    /** What stands for everything. */
    public static final String EVERYTHING = "*";

    private static final String ANY_TABLE = "*.";

    private final Map<String, Resolver> resolvers;
    private final Set<String> renumbered;
    private final Optional<String> message;

    private MergeOptions(Map<String, Resolver> resolvers, Set<String> renumbered, Optional<String> message) {
        this.resolvers = Map.copyOf(resolvers);
        this.renumbered = Set.copyOf(renumbered);
        this.message = message;
    }

    /**
     * Takes what the branch has that is merged into, wherever there is a conflict.
     *
     * @return a copy
     */
    public MergeOptions ours() {
        return resolve(EVERYTHING, Resolver.OURS);
    }

    /**
     * Takes what the branch has that is merged, wherever there is a conflict.
     *
     * @return a copy
     */
    public MergeOptions theirs() {
        return resolve(EVERYTHING, Resolver.THEIRS);
    }

    /**
     * Takes what the branch has that is merged into, wherever there is a conflict in a table.
     *
     * @param table schema and name as PostgreSQL writes them, such as {@code public.settings}
     * @return a copy
     */
    public MergeOptions ours(String table) {
        return resolve(table, Resolver.OURS);
    }

    /**
     * Takes what the branch has that is merged, wherever there is a conflict in a table.
     *
     * @param table schema and name as PostgreSQL writes them, such as {@code public.settings}
     * @return a copy
     */
    public MergeOptions theirs(String table) {
        return resolve(table, Resolver.THEIRS);
    }

    /**
     * Answers the conflicts of a column or a table.
     *
     * @param pattern {@code schema.table.column}, {@code *.column} for every table, {@code schema.table}, or {@code *};
     *     schema and table as PostgreSQL writes them, the column as it is. What names neither a table nor a column ends the
     *     merge
     * @param resolver what answers; replaces one of the same pattern
     * @return a copy
     */
    public MergeOptions resolve(String pattern, Resolver resolver) {
        Map<String, Resolver> more = new LinkedHashMap<>(resolvers);
        more.put(pattern, resolver);
        return new MergeOptions(more, renumbered, message);
    }

    /**
     * Gives rows that are new in the branch that is merged fresh keys where their own are taken by other rows: both branches
     * have inserted an order 1001, and theirs becomes 1004. The keys come from the sequence that makes them in the branch that
     * is merged into. What refers to such a row by a foreign key follows; what keeps its key otherwise, without a
     * foreign key, does not, and needs a look. The old and new keys are held in memory, about 200 bytes a row.
     *
     * @param table schema and name as PostgreSQL writes them, such as {@code public.orders}; its primary key has to be one
     *     column that a sequence gives values, and what names another table ends the merge. Or {@value #EVERYTHING} for all
     *     tables with such a key
     * @return a copy
     */
    public MergeOptions renumber(String table) {
        Set<String> more = new LinkedHashSet<>(renumbered);
        more.add(table);
        return new MergeOptions(resolvers, more, message);
    }

    /**
     * Gives the merge's snapshot a message.
     *
     * @param text what it is; at most 8,191 bytes of UTF-8
     * @return a copy
     */
    public MergeOptions message(String text) {
        return new MergeOptions(resolvers, renumbered, Optional.of(text));
    }

    /**
     * Returns the message of the merge's snapshot.
     *
     * @return the choice; empty for a generated one
     */
    public Optional<String> message() {
        return message;
    }

    /**
     * Returns what answers to conflicts.
     *
     * @return by pattern
     */
    public Map<String, Resolver> resolvers() {
        return resolvers;
    }

    /**
     * Returns the tables whose new rows get fresh keys where theirs are taken.
     *
     * @return by name
     */
    public Set<String> renumbered() {
        return renumbered;
    }

    /**
     * Asks whoever answers to a conflict.
     *
     * @param conflict in a row
     * @return what becomes of it
     */
    public Resolution resolve(Conflict conflict) {
        return patterns(conflict)
                .flatMap(pattern -> Optional.ofNullable(resolvers.get(pattern)).stream())
                .map(resolver -> resolver.resolve(conflict))
                .filter(resolution -> !resolution.equals(Resolution.UNRESOLVED))
                .findFirst()
                .orElse(Resolution.UNRESOLVED);
    }

    private static Stream<String> patterns(Conflict conflict) {
        Stream<String> table = Stream.of(conflict.table(), EVERYTHING);
        return conflict instanceof Conflict.CellConflict cell
                ? Stream.concat(Stream.of(cell.table() + "." + cell.column(), ANY_TABLE + cell.column()), table)
                : table;
    }

    @Override
    public String toString() {
        return "MergeOptions[resolvers=" + resolvers.keySet() + ", renumbered=" + renumbered + ", message=" + message
                + "]";
    }
}
