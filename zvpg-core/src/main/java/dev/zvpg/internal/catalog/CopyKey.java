package dev.zvpg.internal.catalog;

/**
 * What a handle knows of its branch or clone. Immutable.
 *
 * @param kind which of the two
 * @param id its identity, which stays when it is renamed or moves to another volume
 * @param name the name by which it was found
 */
public record CopyKey(CopyRecord.Kind kind, String id, String name) {

    /** Says it in words, for messages. */
    public String words() {
        return kind.word() + " " + name;
    }
}
