/** Connections to radios: one session code for every byte stream that speaks the device protocol, and multicast. */
@NullMarked
package dev.meshlog.ingest.radio;

import org.jspecify.annotations.NullMarked;
