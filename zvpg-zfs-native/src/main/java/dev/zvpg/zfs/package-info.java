/**
 * Storage on ZFS, through libzfs_core.
 *
 * <p><b>Priorities, in order.</b> Never crash the JVM; never touch what is not ours; one atomic action of the kernel
 * for each verb; no process forked on the storage path.
 *
 * <p><b>Layers.</b> {@code ZfsStorage} is all that others see. {@code Making}, {@code Destroying}, {@code Mounting} and
 * {@code Objects} are its verbs. What a verb changes, it changes in a {@code Program}: Lua that the kernel runs in one
 * transaction group, which is how attributes and the object they belong to come and go together, on every version since
 * 2.1. The calls of libzfs_core are used where there is no such thing: a dataset is created and cloned by a call, and
 * exists when a program has labelled it.
 *
 * <p>Snapshots that come from elsewhere are received by {@code Receiving}, and sent by {@code ZfsStreams}. Below all that
 * is the package {@code binding}; nothing here uses native memory or functions.
 *
 * <p><b>What is ours</b> has the property {@code zvpg.storage:state} of its own, not inherited; or it is a dataset
 * whose name ends in {@code .zvpg} and that has neither that property nor anything below it: that is a draft. The
 * kernel gives a clone its properties only after the clone exists, so whose it is tells a claim, a file beside the
 * mount points; one that nobody alive holds, or that is missing, is a draft of the dead. Everything else is foreign.
 *
 * <p><b>Concurrency.</b> libzfs_core is thread-safe and so is everything here, except a {@code NvList}, which never
 * leaves the method that opened it. There are no locks: what must not interleave is one program, and what cannot be is
 * put in an order that another process may cut into anywhere. The library is initialised once for each process and
 * stays so: a call after its end would abort the process, so it never ends.
 *
 * <p><b>Errors.</b> Every number that a C function or a program returns goes through {@code ResultCode}. A missing
 * library, a kernel module that is not loaded and a missing right are exceptions that say what to install, load or
 * grant; where the kernel denies access to what is encrypted, {@code Keys} finds out which key is missing. An interrupt
 * stops nothing here: the kernel finishes what it has begun, and the thread's flag stays.
 */
@NullMarked
package dev.zvpg.zfs;

import org.jspecify.annotations.NullMarked;
