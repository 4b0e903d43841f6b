package dev.zvpg.postgres.ddl;

import dev.zvpg.postgres.run.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Statements that add a column, as {@link PgCodeKeeper} writes them: one that may be NULL without its default, which
 * another statement sets, so that the rows that are there would get none. Confined to one thread.
 */
final class NewColumns {

    private static final Pattern ADDED = Pattern.compile(
            "(?<head>" + Syntax.ALTER_TABLE + "\\s++ADD COLUMN " + Syntax.NAME + " (?<type>.*))", Pattern.DOTALL);

    private static final Pattern DEFAULT = Pattern.compile(
            Syntax.ALTER_TABLE + "\\s++ALTER COLUMN " + Syntax.NAME + " SET (?<default>DEFAULT .*)", Pattern.DOTALL);

    private static final Pattern NOT_NULL = Pattern.compile(
            "(?<head>(?<alter>" + Syntax.ALTER_TABLE + ")\\s++ADD COLUMN " + Syntax.NAME + " .*?)" + Syntax.NOT_NULL,
            Pattern.DOTALL);

    private static final Pattern WITH_DEFAULT = Pattern.compile(
            "(?<head>(?<alter>" + Syntax.ALTER_TABLE + ")\\s++ADD COLUMN " + Syntax.NAME
                    + " (?<type>(?:(?!GENERATED ).)+?)) DEFAULT (?<default>.+?)" + Syntax.NOT_NULL + "?",
            Pattern.DOTALL);

    /** As PostgreSQL writes constants, with their types. */
    private static final Pattern CONSTANT =
            Pattern.compile("(?:'(?:[^']++|'')*+'|\\(?-?[0-9.]+\\)?|true|false|NULL)(?:::[\\w .\"()\\[\\],]+)?");

    private static final Pattern REQUIRED = Pattern.compile(
            Syntax.ALTER_TABLE + "\\s++ADD COLUMN " + Syntax.NAME + " .*?" + Syntax.NOT_NULL, Pattern.DOTALL);

    private static final Pattern IDENTITY = Pattern.compile(
            Syntax.ALTER_TABLE + "\\s++ALTER COLUMN " + Syntax.NAME + " ADD (?<identity>GENERATED .*)", Pattern.DOTALL);

    /** PostgreSQL knows whether an expression depends on when it is asked, and tells it where that is not allowed. */
    private static final String IS_ALWAYS_THE_SAME =
            "CREATE TEMPORARY TABLE zvpg_default (value %s GENERATED ALWAYS AS (%s) STORED)";

    private final Connection theirs;
    private final Map<String, Boolean> byRow = new HashMap<>();
    private final Map<String, Boolean> filled = new HashMap<>();

    /**
     * Begins with nothing.
     *
     * @param theirs a copy of what has the columns, and their types and functions, all of which are a superuser's
     */
    NewColumns(Connection theirs) {
        this.theirs = theirs;
    }

    /** A statement in two parts: a column that may be NULL until rows bring its values. Immutable. */
    record Later(String first, String then) {}

    /** The two parts of a statement that adds a column that must not be NULL. */
    static Optional<Later> later(String statement) {
        Matcher added = NOT_NULL.matcher(statement);
        if (!added.matches()) {
            return Optional.empty();
        }
        String own = Optional.ofNullable(added.group("own")).orElse("");
        String name = Optional.ofNullable(added.group("constraint"))
                .map(constraint -> "CONSTRAINT " + constraint + " ")
                .orElse("");
        String then = name.isEmpty() && own.isEmpty()
                ? " ALTER COLUMN " + added.group("name") + " SET NOT NULL"
                : " ADD " + name + "NOT NULL " + added.group("name") + own;
        return Optional.of(new Later(added.group("head"), added.group("alter") + then));
    }

    /** A new column with a default that may be another value each time. Immutable. */
    record ByRow(String table, String name, String value) {}

    /** The one that a statement adds. */
    Optional<ByRow> byRow(String statement) throws SQLException {
        Matcher added = WITH_DEFAULT.matcher(statement);
        return added.matches() && isByRow(added.group("type"), added.group("default"))
                ? Optional.of(new ByRow(added.group("table"), added.group("name"), added.group("default")))
                : Optional.empty();
    }

    private boolean isByRow(String type, String value) throws SQLException {
        if (CONSTANT.matcher(value).matches()) {
            return false; // most of them are
        }
        String question = IS_ALWAYS_THE_SAME.formatted(type, value);
        Boolean known = byRow.get(question);
        if (known == null) {
            known = isRefused(question);
            byRow.put(question, known);
        }
        return known;
    }

    private boolean isRefused(String question) throws SQLException {
        theirs.setAutoCommit(false);
        try {
            Sessions.execute(theirs, question);
            return false;
        } catch (SQLException e) {
            return true;
        } finally {
            theirs.rollback();
            theirs.setAutoCommit(true);
        }
    }

    /** The name of the column that a statement adds. */
    static Optional<String> nameOf(String statement) {
        Matcher added = ADDED.matcher(statement);
        return added.matches() ? Optional.of(added.group("name")) : Optional.empty();
    }

    /** Adds an identity in one step, so that the rows that are there get numbers. */
    static List<String> withIdentities(List<String> statements, Predicate<String> table) {
        List<String> all = new ArrayList<>(statements);
        for (int i = 0; i < all.size(); i++) {
            Matcher added = REQUIRED.matcher(all.get(i));
            for (int j = i + 1; added.matches() && j < all.size(); j++) {
                Matcher identity = IDENTITY.matcher(all.get(j));
                if (identity.matches()
                        && table.test(identity.group("table"))
                        && identity.group("table").equals(added.group("table"))
                        && identity.group("name").equals(added.group("name"))) {
                    all.set(i, all.get(i) + " " + identity.group("identity"));
                    all.remove(j);
                    break;
                }
            }
        }
        return List.copyOf(all);
    }

    /** Adds a column with its default where no row of theirs is without a value, as {@code ADD COLUMN} with one does. */
    List<String> withDefaults(List<String> statements) throws SQLException {
        List<String> all = new ArrayList<>(statements);
        for (int i = 0; i < all.size(); i++) {
            Matcher added = ADDED.matcher(all.get(i));
            if (added.matches() && !added.group("type").contains(" DEFAULT ")) {
                for (int j = i + 1; j < all.size(); j++) {
                    Matcher set = DEFAULT.matcher(all.get(j));
                    if (set.matches()
                            && set.group("table").equals(added.group("table"))
                            && set.group("name").equals(added.group("name"))
                            && isFilled(added.group("table"), added.group("name"))) {
                        all.set(i, added.group("head") + " " + set.group("default"));
                        all.remove(j);
                        break;
                    }
                }
            }
        }
        return List.copyOf(all);
    }

    /**
     * Adds a column without a default that may be another value each time, which comes behind it: the rows bring theirs.
     */
    List<String> withValuesOfRows(List<String> statements, Predicate<String> table) throws SQLException {
        List<String> all = new ArrayList<>();
        for (String statement : statements) {
            Matcher added = WITH_DEFAULT.matcher(statement);
            if (added.matches() && byRow(statement).isPresent() && table.test(added.group("table"))) {
                Optional<String> required = Optional.ofNullable(added.group("required"));
                all.add(added.group("head") + required.orElse(""));
                all.add(added.group("alter") + " ALTER COLUMN " + added.group("name") + " SET DEFAULT "
                        + added.group("default"));
            } else {
                all.add(statement);
            }
        }
        return List.copyOf(all);
    }

    private boolean isFilled(String table, String column) throws SQLException {
        String question = "SELECT NOT EXISTS (SELECT FROM " + table + " WHERE num_nulls(" + column + ") = 1)";
        Boolean known = filled.get(question);
        if (known == null) {
            known = Sessions.column(theirs, question).get(0).equals("t");
            filled.put(question, known);
        }
        return known;
    }
}
