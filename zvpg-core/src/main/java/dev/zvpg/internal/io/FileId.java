package dev.zvpg.internal.io;

import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which file it is, whatever its names are.
 *
 * <p>Immutable.
 *
 * @param device the file system that it is on; each subvolume of btrfs counts as one
 * @param inode its number there
 */
public record FileId(long device, long inode) {

    /** Java tells the two numbers of an open directory, and of what is in it, in no other way. */
    private static final Pattern KEY = Pattern.compile("\\(dev=([0-9a-f]{1,16}),ino=(-?\\d{1,20})\\)");

    /** The top of every subvolume has this number, and no other directory on btrfs has. */
    private static final long SUBVOLUME = 256;

    static FileId of(BasicFileAttributes attributes) throws IOException {
        Matcher key = KEY.matcher(String.valueOf(attributes.fileKey()));
        if (!key.matches()) {
            throw new IOException("this Java runtime does not tell the device and number of a file");
        }
        return new FileId(Long.parseUnsignedLong(key.group(1), 16), Long.parseLong(key.group(2)));
    }

    boolean mayBeASubvolume() {
        return inode == SUBVOLUME;
    }
}
