/**
 * Describes a repository in a file: {@link dev.zvpg.config.Configuration}, and how a storage or a server's module takes
 * part in it.
 */
@NullMarked
package dev.zvpg.config;

import org.jspecify.annotations.NullMarked;
