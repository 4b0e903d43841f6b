package dev.zvpg.postgres;

import dev.zvpg.postgres.cluster.ClusterLocale;

/**
 * What new clusters know about letters. Handed to a lambda that returns a changed copy:
 * {@code Postgres.embedded().clusters(o -> o.icuLocale("de-DE"))}. Clusters that are there already, and copies of others,
 * stay as they are.
 *
 * <p>The default sorts by code points, which no update of the system ever changes under an index, and {@code upper('é')} is
 * {@code É}: by PostgreSQL's own {@code C.UTF-8} from version 17 on, before by the system's, and where that has none, only
 * ASCII letters are folded.
 *
 * <p>Of several methods that choose a locale the last one counts. Immutable.
 */
public final class ClusterOptions {

    /** The default. */
    static final ClusterOptions DEFAULT = new ClusterOptions(ClusterLocale.DEFAULT);

    private final ClusterLocale locale;

    private ClusterOptions(ClusterLocale locale) {
        this.locale = locale;
    }

    ClusterLocale locale() {
        return locale;
    }

    private ClusterOptions locale(ClusterLocale.Provider provider, String name) {
        if (name.isBlank() || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "not the name of a locale: '" + name + "'; name one such as de_DE.UTF-8");
        }
        return new ClusterOptions(new ClusterLocale(provider, name, locale.encoding()));
    }

    /**
     * Sorts and folds as the system does, which has to have the locale, on every machine that the data comes to.
     *
     * @param name such as {@code de_DE.UTF-8}; {@code locale -a} lists them
     * @return a copy
     */
    public ClusterOptions locale(String name) {
        return locale(ClusterLocale.Provider.SYSTEM, name);
    }

    /**
     * Sorts and folds as ICU does, with PostgreSQL 15 or later that is built with it, as embedded ones are.
     *
     * @param tag a language tag, such as {@code de-DE}, or {@code und} for no language in particular
     * @return a copy
     */
    public ClusterOptions icuLocale(String tag) {
        return locale(ClusterLocale.Provider.ICU, tag);
    }

    /**
     * Sorts by code points and folds as PostgreSQL itself does, the same everywhere, with PostgreSQL 17 or later.
     *
     * @param name {@code C}, {@code C.UTF-8}, or from 18 on {@code PG_UNICODE_FAST}
     * @return a copy
     */
    public ClusterOptions builtinLocale(String name) {
        return locale(ClusterLocale.Provider.BUILTIN, name);
    }

    /**
     * Keeps text in an encoding other than UTF-8. Without a locale only ASCII letters are folded then.
     *
     * @param name what PostgreSQL calls it, such as {@code LATIN1}
     * @return a copy
     */
    public ClusterOptions encoding(String name) {
        if (name.isBlank() || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not the name of an encoding: '" + name + "'; name one such as UTF8");
        }
        return new ClusterOptions(new ClusterLocale(locale.provider(), locale.name(), name));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClusterOptions options && options.locale.equals(locale);
    }

    @Override
    public int hashCode() {
        return locale.hashCode();
    }

    @Override
    public String toString() {
        return locale.toString();
    }
}
