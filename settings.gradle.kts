// For those who have the Android SDK and its Gradle plugin: open this folder in Android Studio, or run Gradle on it. Sources,
// resources and versions are the ones that scripts/build-apk uses, which is how this project builds its APKs; this file is
// not tested here, where the plugin cannot be had.
pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}
dependencyResolutionManagement {
    repositoriesMode.set(RepositoriesMode.FAIL_ON_PROJECT_REPOS)
    repositories {
        google()
        mavenCentral()
    }
}

rootProject.name = "hushwall"
include(":android-app")
