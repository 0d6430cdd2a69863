package dev.meshlog.ingest.keysync;

import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.radio.KeyPush;

/** What the giving of keys does to the world. */
interface Outside {
    /** @return whether it was handed to the line */
    boolean send(ToRadio message);

    /**
     * Keeps a record; network, link, radio and time are filled in.
     *
     * @return whether it is on disk
     */
    boolean write(KeyPush.Builder record);

    /** A fact of the link's status. */
    void note(String fact, String value);

    /** A line for people, when something was done. */
    void info(String line);

    /** A line for who looks closely. */
    void debug(String line);
}
