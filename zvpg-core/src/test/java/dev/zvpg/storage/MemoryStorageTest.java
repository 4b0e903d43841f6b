package dev.zvpg.storage;

/** The storage in memory without any feature, as directories are. */
class MemoryStorageTest extends MemoryStorageContract {}
