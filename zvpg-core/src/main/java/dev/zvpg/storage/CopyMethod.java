package dev.zvpg.storage;

/** How a {@link DirectoryStorage} copies a tree. */
public enum CopyMethod {

    /**
     * The file system shares the blocks of both trees until one is written (XFS made with {@code reflink=1}, btrfs): the cost
     * is in proportion to the number of files, and a copy takes no space at first.
     */
    REFLINK,

    /** Every byte is read and written: the cost is in proportion to the bytes, and a copy takes as much space as its source. */
    COPY
}
