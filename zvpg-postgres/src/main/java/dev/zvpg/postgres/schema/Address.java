package dev.zvpg.postgres.schema;

/**
 * What PostgreSQL calls an object address. Immutable.
 *
 * @param catalog the catalog that the object is in
 * @param oid the object, 0 for none
 * @param column the number of a column of it, 0 for the whole
 */
record Address(String catalog, long oid, int column) {

    /** Smaller numbers are the system's own, FirstNormalObjectId in access/transam.h. */
    static final long FIRST_OF_USERS = 16384;

    static Address of(String catalog, long oid) {
        return new Address(catalog, oid, 0);
    }

    boolean isUsers() {
        return oid >= FIRST_OF_USERS;
    }

    boolean isColumn() {
        return column != 0;
    }

    Address whole() {
        return isColumn() ? of(catalog, oid) : this;
    }
}
