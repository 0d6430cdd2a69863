package dev.meshlog.ingest.keysync;

import dev.meshlog.ingest.radio.RadioPort;
import dev.meshlog.schemas.Failpoint;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushKind;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The radio, the topics and the log of one link. */
final class LinkOutside implements Outside {
    private static final Logger LOG = LoggerFactory.getLogger(KeySync.class);

    private final String network;
    private final RadioPort port;
    private final Clock clock;
    private final Map<String, String> noted = new HashMap<>();
    private volatile @Nullable Long radio;

    LinkOutside(String network, RadioPort port, Clock clock) {
        this.network = network;
        this.port = port;
        this.clock = clock;
    }

    /** The radio's number; null while there is none. */
    void radio(@Nullable Long node) {
        radio = node;
    }

    @Override
    public boolean send(ToRadio message) {
        return port.send(message);
    }

    @Override
    public boolean write(KeyPush.Builder record) {
        if (record.getKind() == KeyPushKind.ACKNOWLEDGED) {
            Failpoint.KEY_ACKNOWLEDGED.reached();
        }
        boolean written = port.write(
                Topics.KEY_PUSHES,
                record.setNetwork(network)
                        .setLink(port.link())
                        .setRadio(radio)
                        .setAtMs(clock.instant())
                        .build());
        if (written && record.getKind() == KeyPushKind.PUSHED) {
            Failpoint.KEY_RECORDED.reached();
        }
        return written;
    }

    @Override
    public void note(String fact, String value) {
        if (!value.equals(noted.put(fact, value))) {
            port.note(fact, value);
        }
    }

    @Override
    public void info(String line) {
        LOG.info("link {}: {}", port.link(), line);
    }

    @Override
    public void debug(String line) {
        LOG.debug("link {}: {}", port.link(), line);
    }
}
