package dev.zvpg.postgres.ddl;

import dev.zvpg.diff.SchemaChange;
import dev.zvpg.postgres.run.LiveServer;
import dev.zvpg.server.ServerMerge;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The statements that give databases the definitions of a later state, which they have got. Immutable. */
public final class DefinitionScripts implements ServerMerge.Definitions {

    private final Map<String, DefinitionScript> scripts;

    private DefinitionScripts(Map<String, DefinitionScript> scripts) {
        this.scripts = Map.copyOf(scripts);
    }

    /**
     * Makes them.
     *
     * @param copy what gets the definitions
     * @param later what has them
     * @param common what both were once
     * @throws SQLException when a server does not answer, or definitions cannot be made
     */
    public static DefinitionScripts make(LiveServer copy, LiveServer later, Optional<LiveServer> common)
            throws SQLException {
        Map<Long, String> before = copy.databases();
        Map<Long, String> origins = common.isPresent() ? common.get().databases() : Map.of();
        Map<String, DefinitionScript> scripts = new HashMap<>();
        for (Map.Entry<Long, String> database : later.databases().entrySet()) {
            String to = database.getValue();
            String origin = origins.get(database.getKey());
            String from = origin == null ? to : before.get(database.getKey());
            if (from == null || !before.containsValue(from)) {
                continue; // a database is the whole cluster's, and no statement of it is in a database
            }
            if (origin == null) {
                scripts.put(to, DefinitionScript.make(copy, from, later, to, Optional.empty()));
            } else {
                try (Connection connection = Copies.connect(common.orElseThrow(), origin)) {
                    scripts.put(to, DefinitionScript.make(copy, from, later, to, Optional.of(connection)));
                }
            }
        }
        return new DefinitionScripts(scripts);
    }

    /** Those of a database, by its name in the later state. */
    public DefinitionScript of(String database) {
        return scripts.getOrDefault(database, DefinitionScript.NONE);
    }

    @Override
    public List<SchemaChange> changes() {
        return List.of(); // a diff has them
    }
}
