package dev.zvpg.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.storage.ChildJvm;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A port is looked for where servers listen, whatever family of addresses Java prefers. */
class LoopbackTest {

    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    /** Prints what Java takes for the loopback address, and whether a port is free. */
    static final class Look {

        @SuppressWarnings("SystemOut") // the test reads it
        public static void main(String[] arguments) {
            System.out.println(InetAddress.getLoopbackAddress().getHostAddress());
            System.out.println(Servers.canBind(Integer.parseInt(arguments[0])));
        }
    }

    @Test
    void aPortThatIsTakenThereIsTakenAlsoWhereJavaPrefersIpv6() throws Exception {
        List<String> preferring = List.of("env", "JAVA_TOOL_OPTIONS=-Djava.net.preferIPv6Addresses=true");
        try (ServerSocket somebody = new ServerSocket(0, 1, InetAddress.getByAddress(LOOPBACK));
                ChildJvm child = new ChildJvm(preferring, Look.class, Integer.toString(somebody.getLocalPort()))) {
            assertThat(child.rest()).endsWith("0:0:0:0:0:0:0:1", "false");
        }
    }
}
