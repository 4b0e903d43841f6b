import dev.zvpg.*
import dev.zvpg.config.*
import dev.zvpg.directory.*
import dev.zvpg.error.*
import dev.zvpg.info.*
import dev.zvpg.option.*
import dev.zvpg.postgres.*
import dev.zvpg.server.*
import dev.zvpg.storage.*
import dev.zvpg.zfs.*
import java.sql.*
import java.time.*
import javax.sql.DataSource
Repository repo = dev.zvpg.examples.cli.Shell.open()
