"""The campaign as a document: activities, transitions, the graph they form, its file and its problems."""
