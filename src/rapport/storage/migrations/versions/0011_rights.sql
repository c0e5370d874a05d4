-- Programs went on seeing how customers can be reached when that became a right of its own.
UPDATE api_token SET scopes = scopes || ARRAY['addresses']
WHERE scopes && ARRAY['desk', 'desk:read', 'floor', 'floor:read', 'people', 'people:read',
                      'configuration', 'configuration:read']
  AND NOT scopes @> ARRAY['addresses'];
