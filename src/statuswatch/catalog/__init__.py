"""What is known about providers, as data files with their loader: pages, hosts, components, surfaces. Strict reading; every problem has a file and a line."""
