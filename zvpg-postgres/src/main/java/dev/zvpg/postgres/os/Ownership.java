package dev.zvpg.postgres.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/** Whose a file is and what may be done with it, in the operating system's numbers. */
public record Ownership(int uid, int gid, int mode) {

    public static Ownership of(Path path, LinkOption... options) throws IOException {
        Map<String, Object> facts = Files.readAttributes(path, "unix:uid,gid,mode", options);
        return new Ownership(number(facts, "uid"), number(facts, "gid"), number(facts, "mode"));
    }

    public boolean allows(int bits) {
        return (mode & bits) != 0;
    }

    private static int number(Map<String, Object> facts, String name) throws IOException {
        if (facts.get(name) instanceof Integer number) {
            return number;
        }
        throw new IOException("the file system does not tell the " + name + " of its files");
    }
}
