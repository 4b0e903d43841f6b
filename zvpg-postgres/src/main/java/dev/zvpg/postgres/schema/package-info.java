/**
 * Compares definitions: what the catalogs of two databases say of users' objects.
 *
 * <p>No kind of object has code of its own. The server tells which catalogs it has, what identifies a row in them, and
 * which of their columns refer to which catalog ({@link dev.zvpg.postgres.schema.Catalogs}); {@link
 * dev.zvpg.postgres.schema.CatalogRules} says what of that is no definition, and what is better read otherwise. A {@link
 * dev.zvpg.postgres.schema.Schema} is everything that a database's catalogs say, by object. {@link
 * dev.zvpg.postgres.schema.Tokens} write a reference so that two are equal when they mean the same object on both sides:
 * by the number that it has had since the common image, otherwise by what identifies it, such as schema and name. So
 * renames are told exactly, and what refers to something that was renamed has not changed.
 *
 * <p>{@link dev.zvpg.postgres.schema.Fingerprint} first finds out whether anything differs at all. What differs only
 * because something else does is left out by {@link dev.zvpg.postgres.schema.Consequences}, and the rest is put into words
 * by the servers ({@link dev.zvpg.postgres.schema.Descriptions}). No function of a user is ever called.
 */
@NullMarked
package dev.zvpg.postgres.schema;

import org.jspecify.annotations.NullMarked;
