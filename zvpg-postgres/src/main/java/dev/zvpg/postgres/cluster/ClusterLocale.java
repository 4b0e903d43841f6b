package dev.zvpg.postgres.cluster;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.internal.io.Subprocess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a new cluster is to know about letters. Immutable.
 *
 * @param provider who knows it
 * @param name what the provider calls it; empty with {@link Provider#DEFAULT}
 * @param encoding what PostgreSQL calls the encoding
 */
public record ClusterLocale(Provider provider, String name, String encoding) {

    /** Who knows how to sort and to fold letters. */
    public enum Provider {
        /** Sorts by code points, folds all letters where it can. */
        DEFAULT("the default locale", 0),
        /** The C library of this system. */
        SYSTEM("locale", 0),
        ICU("ICU locale", 15),
        /** PostgreSQL itself. */
        BUILTIN("built-in locale", 17);

        private final String words;
        private final int since;

        Provider(String words, int since) {
            this.words = words;
            this.since = since;
        }
    }

    /** What is made where nobody says anything. */
    public static final ClusterLocale DEFAULT = new ClusterLocale(Provider.DEFAULT, "", "UTF8");

    private static final int PROVIDERS_SINCE = 15;

    /** Before it, ICU takes a language that it does not know for the root of all. */
    private static final int ICU_LANGUAGES_CHECKED_SINCE = 16;

    private static final int SHOWN = 12;

    /** How {@code initdb} refuses, in the C locale. */
    private static final Pattern REFUSED = Pattern.compile(
            "(?i)(invalid locale name|invalid ICU locale|unknown language|unsupported variant|could not open collator"
                    + "|could not convert locale name|ICU is not supported|not a valid server encoding|encoding mismatch"
                    + "|encoding .* is not supported|not supported with|does not match)");

    /** The arguments of {@code initdb}, to be tried one after the other as long as {@link #isUnknown} says so. */
    List<List<String>> arguments(int major) {
        requireSupported(major);
        List<String> sorted = List.of("--encoding=" + encoding, "--locale=C");
        return switch (provider) {
            case SYSTEM ->
                List.of(
                        major >= PROVIDERS_SINCE
                                ? List.of("--encoding=" + encoding, "--locale=" + name, "--locale-provider=libc")
                                : List.of("--encoding=" + encoding, "--locale=" + name));
            case ICU -> List.of(with(sorted, "--locale-provider=icu", "--icu-locale=" + name));
            case BUILTIN -> List.of(with(sorted, "--locale-provider=builtin", "--builtin-locale=" + name));
            case DEFAULT -> {
                if (!isUtf8()) {
                    yield List.of(sorted);
                }
                yield major >= Provider.BUILTIN.since
                        ? List.of(with(sorted, "--locale-provider=builtin", "--builtin-locale=C.UTF-8"))
                        // most systems have it; sorting stays C, which no update of the system changes under an index
                        : List.of(with(sorted, "--lc-ctype=C.UTF-8"), sorted);
            }
        };
    }

    private static List<String> with(List<String> first, String... more) {
        return Stream.concat(first.stream(), Arrays.stream(more)).toList();
    }

    private boolean isUtf8() {
        return encoding.replace("-", "").replace("_", "").equalsIgnoreCase("UTF8");
    }

    private void requireSupported(int major) {
        if (major < provider.since) {
            throw new ConfigurationException(
                    cannot() + "PostgreSQL " + major + " has no " + provider.words + "s for whole clusters",
                    "take PostgreSQL " + provider.since + " or later, or a locale of the system");
        }
        if (provider == Provider.ICU && major < ICU_LANGUAGES_CHECKED_SINCE && !isLanguage(name)) {
            throw new ConfigurationException(
                    cannot() + "ICU knows no such language", "name a language tag, such as de-DE or und");
        }
    }

    private static boolean isLanguage(String tag) {
        String language = tag.split("[-_@]", 2)[0].toLowerCase(Locale.ROOT);
        return language.isEmpty()
                || language.length() == 3
                || language.equals("root")
                || Arrays.asList(Locale.getISOLanguages()).contains(language);
    }

    /** Tells whether {@code initdb} has failed because of what it was told here. */
    static boolean isUnknown(Subprocess initdb) {
        return REFUSED.matcher(initdb.output()).find();
    }

    /** What is to be said then. */
    ConfigurationException refusal(Subprocess initdb) {
        String why = initdb.output()
                .lines()
                .filter(line -> REFUSED.matcher(line).find())
                .findFirst()
                .orElse("initdb refuses it")
                .replaceFirst("^initdb: (error: )?", "")
                .strip();
        return new ConfigurationException(cannot() + why, advice());
    }

    private String cannot() {
        return "cannot make a cluster with " + this + ": ";
    }

    private String advice() {
        return switch (provider) {
            case SYSTEM ->
                "install the locale (on Debian: package locales, locale-gen), or name one of those that are here"
                        + " (locale -a): " + installed()
                        + "; or an ICU locale, such as de-DE, which the system need not have";
            case ICU -> "name a language tag that ICU knows, such as de-DE or und";
            case BUILTIN -> "name C.UTF-8 or C, or PG_UNICODE_FAST from PostgreSQL 18 on, with encoding UTF8";
            case DEFAULT -> "name an encoding of PostgreSQL's, such as UTF8 or LATIN1";
        };
    }

    private static String installed() {
        try {
            List<String> names =
                    Subprocess.run(Path.of("/"), List.of("locale", "-a")).lines();
            return String.join(", ", names.subList(0, Math.min(SHOWN, names.size())))
                    + (names.size() > SHOWN ? ", …" : "");
        } catch (IOException e) {
            return "C"; // there is no program that lists them, as on Alpine
        }
    }

    @Override
    public String toString() {
        String named = name.isEmpty() ? provider.words : provider.words + " " + name;
        return isUtf8() ? named : named + " and encoding " + encoding;
    }
}
