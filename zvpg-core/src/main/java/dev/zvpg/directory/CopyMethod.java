package dev.zvpg.directory;

/** How a {@link DirectoryStorage} copies a tree. */
public enum CopyMethod {

    /**
     * Every tree is a subvolume of a btrfs file system, and a copy is a snapshot of it: one instant of the tree, at the
     * same cost whatever its size. It needs the program {@code btrfs} (package btrfs-progs), which is run once for each
     * tree. An ordinary user destroys such a tree in constant time only where the file system is mounted with
     * {@code user_subvol_rm_allowed}; elsewhere its files are removed one by one.
     */
    SUBVOLUME,

    /**
     * The file system shares the blocks of both trees until one is written (XFS made with {@code reflink=1}, btrfs):
     * the cost is in proportion to the number of files, and a copy takes no space at first.
     */
    REFLINK,

    /**
     * Every byte is read and written: the cost is in proportion to the bytes, and a copy takes as much space as its
     * source.
     */
    COPY
}
