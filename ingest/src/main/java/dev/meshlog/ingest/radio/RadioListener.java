package dev.meshlog.ingest.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.FromRadio;

/**
 * Hears what a radio says on one link, after it is kept. Called by the thread that reads the radio, so it must not wait for anything: who has
 * work hands it over to others. What it throws is reported and harms nobody else.
 *
 * <p>Knowledge of a radio belongs to one session: from {@link #began} to {@link #ended}. A radio that starts anew without the connection ending
 * ends one session and begins another.
 */
public interface RadioListener {
    /** The config has been asked for; nothing is known yet. */
    void began();

    /**
     * @param payload the message as it was received: secrets are in it
     */
    void received(FromRadio message, ByteString payload);

    /**
     * The radio has told everything that it was asked for.
     *
     * @param ownNode its number
     */
    void complete(long ownNode);

    /** What was not acknowledged is not known to have arrived. */
    void ended();

    /** Comes several times a second while a session lasts, whatever the radio says. */
    void tick();
}
