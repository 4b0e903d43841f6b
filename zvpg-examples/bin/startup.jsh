import dev.zvpg.*
import dev.zvpg.postgres.*
import dev.zvpg.server.*
import dev.zvpg.storage.*
import dev.zvpg.zfs.*
import java.sql.*
import java.time.*
import javax.sql.DataSource
Repository repo = dev.zvpg.examples.cli.Shell.open()
