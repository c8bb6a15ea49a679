"""Where things are kept: DynamoDB tables behind plain words. The access patterns stand in docs/adr/0004."""
