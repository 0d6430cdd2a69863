package dev.meshlog.infra.node;

import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.streams.http.HttpSettings;
import dev.meshlog.streams.http.LedgerServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the HTTP server as the configuration says. */
public final class LedgerDoor {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerDoor.class);

    private LedgerDoor() {}

    /** @throws UserError when the configured address can't be used */
    public static LedgerServer open(HttpConfig config, Cluster cluster, GenesisConfig genesis) {
        return open(config, settings -> new LedgerServer(settings, cluster, genesis));
    }

    /**
     * For the radio tables alone.
     *
     * @throws UserError when the configured address can't be used
     */
    static LedgerServer openWithoutLedger(HttpConfig config, Cluster cluster) {
        return open(config, settings -> LedgerServer.withoutLedger(settings, cluster));
    }

    /** Begins to listen. */
    @FunctionalInterface
    private interface Opening {
        LedgerServer at(HttpSettings settings) throws IOException;
    }

    private static LedgerServer open(HttpConfig config, Opening opening) {
        HttpSettings wanted = config.settings();
        try {
            try {
                return opening.at(wanted);
            } catch (BindException e) {
                if (!config.fallsBack()) {
                    throw new UserError(
                            "can't listen at " + config.listen() + ": " + e.getMessage(),
                            "choose another address with http.listen",
                            e);
                }
                LOG.info("port {} is taken, Meshlog listens on another one", HttpConfig.DEFAULT_PORT);
                return opening.at(config.onAnyPort());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("listening at " + wanted, e);
        }
    }
}
