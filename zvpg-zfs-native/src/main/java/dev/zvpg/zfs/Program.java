package dev.zvpg.zfs;

import dev.zvpg.error.StorageException;
import dev.zvpg.zfs.binding.Lzc;
import dev.zvpg.zfs.binding.LzcPrograms;
import dev.zvpg.zfs.binding.ResultCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The channel programs that verbs are made of: Lua that the kernel runs in one transaction group, next to the classes.
 * Each stands in {@code frame.lua}, after {@code common.lua}, and answers with a table whose {@code answer} is a word of
 * {@link Answer}.
 *
 * <p>A program is atomic among other changes, under a power cut, and when this process is killed; but one that fails in
 * its middle is not undone. So each checks everything before it changes anything.
 *
 * <p>Immutable.
 */
enum Program {
    OPEN("open", false),
    LIST("list", false),
    FIND("find", false),
    IDENTIFY("identify", false),
    PARTIALS("partials", false),
    SPACE("space", false),
    KEY("key", false),
    SNAPSHOT("snapshot", true),
    LABEL("label", true),
    ACCEPT("accept", true),
    HEAR("hear", true),
    UPDATE("update", true),
    DESTROY_VOLUME("destroy-volume", true),
    DESTROY_SNAPSHOT("destroy-snapshot", true),
    DISCARD("discard", true),
    RECOVER("recover", true);

    /**
     * The property that tells what is ours; a name of its own, apart from attributes. Its value: {@code common.lua}.
     */
    static final String STATE = "zvpg.storage:state";

    private final String text;
    private final boolean changes;

    Program(String name, boolean changes) {
        this.text = read("frame").replace("--[[ PROGRAM ]]", read("common") + read(name));
        this.changes = changes;
    }

    private static String read(String name) {
        try (InputStream in = Program.class.getResourceAsStream(name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException(name + ".lua is missing from the jar of zvpg-zfs-native");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a program says became of it. */
    enum Answer {
        OK,
        /** There is no such object. */
        MISSING,
        /** The identity is taken. */
        TAKEN,
        /** Mounted somewhere. */
        BUSY,
        /** Not in this transaction group, but in the next one. */
        AGAIN,
        /** The snapshot has holds. */
        HELD,
        /** The volume has a dataset below it. */
        CHILD,
        /** The kernel refused with a number. */
        FAILED
    }

    /**
     * A program's whole answer.
     *
     * @param answer its word
     * @param values the table
     */
    record Result(Answer answer, Map<String, Object> values) {

        /** A text in the table, such as a snapshot's full name. */
        String text(String name) {
            return String.valueOf(values.get(name));
        }

        /** A text in the table, if it is there. */
        Optional<String> find(String name) {
            return Optional.ofNullable(values.get(name)).map(String::valueOf);
        }

        /** A nested table; empty when the program left it empty. */
        Map<String, Object> table(String name) {
            return Program.table(values.get(name));
        }
    }

    /** A Lua table as a map; an empty map for anything else. */
    @SuppressWarnings("unchecked") // NvDecoder makes no other maps
    static Map<String, Object> table(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    /**
     * Runs it.
     *
     * @param operation the storage's verb, for messages
     * @param target what the verb is applied to, for messages
     * @throws dev.zvpg.error.NotFoundException when the storage's dataset is gone
     */
    Result run(Lzc lzc, Names names, String operation, String target, Map<String, ?> arguments) {
        Map<String, Object> all = new HashMap<>(arguments);
        all.put("root", names.root());
        all.put("now", Long.toString(System.currentTimeMillis())); // a program takes no uint64
        Object returned = changes
                ? LzcPrograms.of(lzc).run(names.pool(), text, all)
                : LzcPrograms.of(lzc).read(names.pool(), text, all);
        Map<String, Object> values = table(returned);
        String answer = String.valueOf(values.get("answer"));
        return switch (answer) {
            case "ok" -> new Result(Answer.OK, values);
            case "missing" -> new Result(Answer.MISSING, values);
            case "taken" -> new Result(Answer.TAKEN, values);
            case "busy" -> new Result(Answer.BUSY, values);
            case "again" -> new Result(Answer.AGAIN, values);
            case "held" -> new Result(Answer.HELD, values);
            case "child" -> new Result(Answer.CHILD, values);
            case "no root" ->
                throw ResultCode.ENOENT.exception(
                        operation,
                        target,
                        "the storage's dataset " + names.root() + " does not exist any more",
                        "if it was renamed, open the storage under its new name");
            case "failed" ->
                throw ResultCode.exception(
                        values.get("code") instanceof Long code ? code.intValue() : 0, operation, target);
            default -> throw new StorageException(operation, target, "a channel program answered " + answer, null);
        };
    }
}
