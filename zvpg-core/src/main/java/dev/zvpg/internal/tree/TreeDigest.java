package dev.zvpg.internal.tree;

import dev.zvpg.internal.io.FileFacts;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;

/**
 * The SHA-256 of a tree: of the names, contents and links in it, in the order of their names. Modes, owners and times
 * are the business of the machine that it is on. Used for one tree, by one thread.
 */
public final class TreeDigest {

    private static final int CHUNK = 1 << 20;

    private final MessageDigest digest = Sha256.begin();
    private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK);

    private TreeDigest() {}

    /** Returns it in hexadecimal digits. */
    public static String of(Path tree) throws IOException {
        TreeDigest digest = new TreeDigest();
        try (OpenDirectory top = OpenDirectory.open(tree)) {
            digest.add(top);
        }
        return Sha256.end(digest.digest);
    }

    private void add(OpenDirectory directory) throws IOException {
        List<Path> names = directory.names().stream().sorted().toList();
        for (Path name : names) {
            FileFacts facts = directory.facts(name);
            switch (facts.kind()) {
                case DIRECTORY -> {
                    say('d', name.toString(), 0);
                    try (OpenDirectory inner = directory.directory(name)) {
                        add(inner);
                    }
                    say('u', "", 0);
                }
                case FILE -> {
                    say('f', name.toString(), facts.size());
                    try (FileChannel file = directory.openFile(name)) {
                        while (file.read(buffer.clear()) >= 0) {
                            digest.update(buffer.flip());
                        }
                    }
                }
                case LINK -> {
                    say('l', name.toString(), 0);
                    say('t', directory.target(name, facts).toString(), 0);
                }
                default -> {
                    // it belongs to a program that runs
                }
            }
        }
    }

    private void say(char kind, String text, long size) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Character.BYTES + Long.BYTES + Integer.BYTES)
                .putChar(kind)
                .putLong(size)
                .putInt(bytes.length)
                .flip());
        digest.update(bytes);
    }
}
