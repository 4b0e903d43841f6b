/**
 * What the kernel and the C libraries offer, with Java's types and exceptions, and none of a storage's ideas.
 *
 * <p>{@code Native} is the C functions under their C names, and knows no rules. {@code NvList} owns native lists: a Java
 * map goes in, a Java map comes out. {@code Lzc}, {@code LzcStreams}, {@code LzcPrograms} and {@code Mounts} keep the rules
 * of the C functions and are the only ones to call them, apart from what opens and closes a file: {@code Pipe}, {@code OpenDataset} and
 * {@code CleanupHandle}. {@code ResultCode} is the one table from a number to an exception.
 */
@NullMarked
package dev.zvpg.zfs.binding;

import org.jspecify.annotations.NullMarked;
