package dev.zvpg.zfs;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What has to be in a repository, from what a client told about its operations before the power went: of each, its
 * beginning and its end. One line each, a mark and words:
 *
 * <pre>
 * &gt; clone c7 main@s3     it begins
 * &lt; clone c7             it is done, and has to be there from now on
 * x clone c7             it was refused, and changed nothing
 * = clone c7             found after a cut: it was done
 * ~ clone c7             found after a cut: it was not
 * = holds main 81        found after a cut: so many transfers
 * = same ID              found after a cut: the snapshot that was received is the one that was sent
 * </pre>
 *
 * <p>Thread-safe.
 */
final class PowerCutModel {

    static final String COMMIT = "commit";
    static final String SNAPSHOT = "snapshot";
    static final String BRANCH = "branch";
    static final String CLONE = "clone";
    static final String RESET = "reset";
    static final String RECEIVED = "received";
    static final String SAME = "same";
    static final String DELETE = "delete-";
    private static final String HOLDS = "holds";

    /** The number of transfers in something: at least those acknowledged, at most those begun. */
    record Range(long low, long high) {

        Range to(Range other) {
            return new Range(low, Math.max(high, other.high));
        }

        Range or(Range other) {
            return new Range(Math.min(low, other.low), Math.max(high, other.high));
        }

        boolean contains(long number) {
            return low <= number && number <= high;
        }
    }

    /** An operation between its beginning and its end. */
    record Pending(String kind, String name, Range range) {}

    private final Map<String, Map<String, Range>> objects = Map.of(
            BRANCH, new TreeMap<>(), CLONE, new TreeMap<>(), SNAPSHOT, new TreeMap<>(), RECEIVED, new TreeMap<>());
    private final Map<String, Pending> pending = new TreeMap<>();
    private final Set<String> fading = new TreeSet<>();
    private final Set<String> same = new TreeSet<>();

    /** Takes note of a line; one that is not of this language says nothing. */
    synchronized void apply(String line) {
        List<String> words = List.of(line.split(" ", -1));
        if (words.size() < 3) {
            return;
        }
        String kind = words.get(1);
        String name = words.get(2);
        switch (words.get(0)) {
            case ">" -> begin(kind, name, words.size() > 3 ? words.get(3) : "");
            case "<", "=" -> {
                if (kind.equals(HOLDS)) {
                    long transfers = Long.parseLong(words.get(3));
                    objects(BRANCH).put(name, new Range(transfers, transfers));
                } else if (kind.equals(SAME)) {
                    same.add(name);
                } else {
                    Pending done = pending.remove(kind + " " + name);
                    if (done != null) {
                        end(done);
                    }
                }
            }
            case "x", "~" -> pending.remove(kind + " " + name);
            default -> {}
        }
    }

    private void begin(String kind, String name, String argument) {
        Range range = new Range(0, 0);
        if (kind.equals(COMMIT)) {
            long number = Long.parseLong(argument);
            objects(BRANCH).computeIfPresent(name, (n, known) -> new Range(known.low, number));
            range = new Range(number, number);
        } else if (kind.equals(SNAPSHOT)) {
            range = objects(BRANCH).getOrDefault(branchOf(name), range);
        } else if (!argument.isEmpty()) {
            range = objects(SNAPSHOT).getOrDefault(argument, range);
        }
        pending.put(kind + " " + name, new Pending(kind, name, range));
    }

    private void end(Pending done) {
        switch (done.kind) {
            case COMMIT -> objects(BRANCH).computeIfPresent(done.name, (n, known) -> done.range);
            case SNAPSHOT ->
                objects(SNAPSHOT)
                        .put(done.name, done.range.to(objects(BRANCH).getOrDefault(branchOf(done.name), done.range)));
            case RESET -> objects(BRANCH).put(done.name, done.range);
            case BRANCH, CLONE, RECEIVED -> objects(done.kind).put(done.name, done.range);
            default -> {
                String kind = done.kind.substring(DELETE.length());
                objects(kind).remove(done.name);
                if (kind.equals(BRANCH)) {
                    // they stay for as long as something that grew from them does
                    objects(SNAPSHOT).keySet().stream()
                            .filter(ref -> branchOf(ref).equals(done.name))
                            .forEach(fading::add);
                    objects(SNAPSHOT).keySet().removeAll(fading);
                }
            }
        }
    }

    private Map<String, Range> objects(String kind) {
        return java.util.Objects.requireNonNull(objects.get(kind));
    }

    /** What of a kind there is: what was acknowledged, whether or not it is being deleted. */
    synchronized Map<String, Range> all(String kind) {
        return Map.copyOf(objects(kind));
    }

    /** What of a kind has to be there. */
    synchronized Set<String> required(String kind) {
        Set<String> required = new TreeSet<>(objects(kind).keySet());
        required.removeIf(name -> pending.containsKey(DELETE + kind + " " + name)
                || (kind.equals(SNAPSHOT) && pending.containsKey(DELETE + BRANCH + " " + branchOf(name))));
        return required;
    }

    /** What of a kind may be there. */
    synchronized Set<String> allowed(String kind) {
        Set<String> allowed = new TreeSet<>(objects(kind).keySet());
        pending.values().stream().filter(p -> p.kind.equals(kind)).forEach(p -> allowed.add(p.name));
        if (kind.equals(SNAPSHOT)) {
            allowed.addAll(fading);
        }
        return allowed;
    }

    /** How many transfers a branch may hold. */
    synchronized Range transfers(String branch) {
        Range known = objects(BRANCH).getOrDefault(branch, new Range(0, 0));
        return Optional.ofNullable(pending.get(RESET + " " + branch))
                .map(reset -> known.or(reset.range))
                .orElse(known);
    }

    /** Whether a snapshot that was received was compared with the one that was sent. */
    synchronized boolean isTheSame(String id) {
        return same.contains(id);
    }

    synchronized List<Pending> pending() {
        return List.copyOf(pending.values());
    }

    /** The branch that a snapshot was taken on. */
    static String branchOf(String ref) {
        return ref.substring(0, ref.indexOf('@'));
    }

    /** The message that belongs to a snapshot: long or short, and in any script. */
    static String message(String ref) {
        int length = Math.floorMod(ref.hashCode() * 31, 1500);
        return "Why " + ref + " – 添加表 😀\n\t" + "x".repeat(length);
    }
}
