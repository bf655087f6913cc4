package org.hushwall.lab

/** The real time; in classes of the sandbox System's functions tell Robolectric's. */
object Clock {
    @JvmStatic fun millis(): Long = System.currentTimeMillis()

    @JvmStatic fun nanos(): Long = System.nanoTime()
}
