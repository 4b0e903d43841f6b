/**
 * The {@code zvpg} command line and the start of {@code zvpg-jshell}: thin hosts of the library.
 *
 * <p>A command reads the configuration, opens the repository, calls one verb of the library, prints what it returned
 * and closes the repository; servers go on running. Results go to the standard output, as a table or with
 * {@code --json} as JSON; everything else goes to the standard error output. No password is ever printed or passed to a
 * program: {@code psql} is told of a file that holds it.
 */
@NullMarked
package dev.zvpg.examples.cli;

import org.jspecify.annotations.NullMarked;
