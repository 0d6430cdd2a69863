@NullMarked
package dev.meshlog.ingest.mqtt;

import org.jspecify.annotations.NullMarked;
