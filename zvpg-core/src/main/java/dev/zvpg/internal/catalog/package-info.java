/**
 * Reads the domain out of one listing of the storage: {@code Catalog} is a pure function of it, and the records are
 * what the attributes of volumes and snapshots say. Nothing here does I/O. Not part of the API.
 */
@NullMarked
package dev.zvpg.internal.catalog;

import org.jspecify.annotations.NullMarked;
