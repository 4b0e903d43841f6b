package dev.zvpg.postgres.cluster;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.postgres.os.Reader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files in the format of {@code postgresql.conf}; see {@code src/backend/utils/misc/guc-file.l}.
 *
 * @param settings name in lower case and value, in the order of the file; the last of a name wins
 * @param missing the files that it includes and that are not there
 */
public record ConfFile(Map<String, String> settings, List<Path> missing) {

    public static final String NAME = "postgresql.conf";
    public static final String AUTO = "postgresql.auto.conf";

    private static final String WORD = "[A-Za-z_\\x80-\\xFF][A-Za-z0-9_$\\x80-\\xFF]*+";
    private static final String QUOTED = "'(?:[^'\\\\]++|\\\\.|'')*+'";
    private static final Pattern LINE = Pattern.compile("\\s*+(?:(" + WORD + "(?:\\." + WORD
            + ")*+)(?:\\s*+=\\s*+|\\s++|(?='))(" + QUOTED + "|[^\\s#'=][^\\s#']*+)\\s*+)?+(?:#.*+)?+");
    private static final Pattern ESCAPE = Pattern.compile("''|\\\\([0-7]{1,3}|.)");

    /** As PostgreSQL has it: whoever nests deeper has made a circle. */
    private static final int DEEPEST = 10;

    /** Reads a file with all that it includes, as its owner could. */
    public static ConfFile read(Path file) throws IOException {
        return read(Reader.ownerOf(file), file);
    }

    /** Reads a file with all that it includes. */
    public static ConfFile read(Reader reader, Path file) throws IOException {
        ConfFile result = new ConfFile(new LinkedHashMap<>(), new ArrayList<>());
        result.add(reader, file, 0);
        return result;
    }

    /** What holds in a data directory: its own file, and above that what ALTER SYSTEM wrote. */
    public static Map<String, String> of(Path dataDirectory) throws IOException {
        ConfFile result = new ConfFile(new LinkedHashMap<>(), new ArrayList<>());
        for (String name : List.of(NAME, AUTO)) {
            if (Files.isRegularFile(dataDirectory.resolve(name))) {
                result.add(Reader.own(), dataDirectory.resolve(name), 0);
            }
        }
        return result.settings;
    }

    /** The text of a file with these settings. */
    public static String text(String heading, Map<String, String> settings) {
        StringBuilder text = new StringBuilder();
        heading.lines().forEach(line -> text.append("# ").append(line).append('\n'));
        settings.forEach((name, value) ->
                text.append(name).append(" = ").append(quote(value)).append('\n'));
        return text.toString();
    }

    private static String quote(String value) {
        return "'" + value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'";
    }

    private void add(Reader reader, Path file, int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new ConfigurationException(file, null, "files include each other in a circle", null);
        }
        List<String> lines = reader.text(file).replace("\r\n", "\n").lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            Matcher line = LINE.matcher(lines.get(i));
            if (!line.matches()) {
                // the line itself is not shown: whoever named the wrong file may have named one with secrets
                throw new ConfigurationException(
                        file, null, "line " + (i + 1) + " is not a setting, NAME = VALUE", "correct it", null);
            }
            if (line.group(1) != null) {
                set(reader, file, line.group(1).toLowerCase(Locale.ROOT), value(line.group(2)), depth);
            }
        }
    }

    private void set(Reader reader, Path file, String name, String value, int depth) throws IOException {
        switch (name) {
            case "include", "include_if_exists" -> include(reader, file.resolveSibling(value), name, depth);
            case "include_dir" -> {
                Path directory = file.resolveSibling(value);
                if (!reader.followsIncludes() || !Files.isDirectory(directory)) {
                    missing.add(directory);
                    return;
                }
                for (Path included : reader.list(directory)) {
                    String fileName = included.getFileName().toString();
                    if (fileName.endsWith(".conf") && !fileName.startsWith(".")) {
                        include(reader, included, name, depth);
                    }
                }
            }
            default -> {
                settings.remove(name); // so that it stands where it was said last
                settings.put(name, value);
            }
        }
    }

    private void include(Reader reader, Path included, String how, int depth) throws IOException {
        if (!reader.followsIncludes()) {
            missing.add(included);
            return;
        }
        try {
            add(reader, included, depth + 1);
        } catch (NoSuchFileException e) {
            if (!how.equals("include_if_exists")) {
                missing.add(included);
            }
        }
    }

    private static String value(String written) {
        if (!written.startsWith("'")) {
            return written;
        }
        return ESCAPE.matcher(written.substring(1, written.length() - 1))
                .replaceAll(found -> Matcher.quoteReplacement(unescape(found.group(1))));
    }

    private static String unescape(@org.jspecify.annotations.Nullable String escaped) {
        if (escaped == null) {
            return "'";
        }
        if (escaped.matches("[0-7]+")) {
            return String.valueOf((char) (Integer.parseInt(escaped, 8) & 0xFF));
        }
        return switch (escaped) {
            case "b" -> "\b";
            case "f" -> "\f";
            case "n" -> "\n";
            case "r" -> "\r";
            case "t" -> "\t";
            default -> escaped;
        };
    }

    /** The bytes of a text that came from here. */
    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
