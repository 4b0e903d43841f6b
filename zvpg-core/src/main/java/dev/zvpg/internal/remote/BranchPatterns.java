package dev.zvpg.internal.remote;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which branches somebody may know of. Immutable. */
final class BranchPatterns {

    /** All of them. */
    static final BranchPatterns ALL = new BranchPatterns(List.of());

    private final List<Pattern> patterns;

    private BranchPatterns(List<Pattern> patterns) {
        this.patterns = patterns;
    }

    /** Reads names in which an asterisk stands for anything; none for all. */
    static BranchPatterns of(List<String> names) {
        return new BranchPatterns(names.stream()
                .map(name ->
                        Arrays.stream(name.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")))
                .map(Pattern::compile)
                .toList());
    }

    boolean allowAll() {
        return patterns.isEmpty();
    }

    boolean allow(String branch) {
        return patterns.isEmpty()
                || patterns.stream().anyMatch(pattern -> pattern.matcher(branch).matches());
    }
}
