/**
 * How the command line writes what it tells: tables, JSON, sizes, and nothing that a terminal would obey. Nothing here
 * prints, or knows a command.
 */
@NullMarked
package dev.zvpg.examples.cli.text;

import org.jspecify.annotations.NullMarked;
